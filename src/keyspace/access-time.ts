/** The access clock counts seconds from here, so that it stays a small integer for decades. */
const ACCESS_EPOCH_S = 1_500_000_000

/** What the access clock shows at an instant: seconds, never 0. */
export function accessTime(nowMs: number): number {
  const seconds = Math.floor(nowMs / 1000) - ACCESS_EPOCH_S
  return seconds === 0 ? 1 : seconds
}

/** The seconds since the Unix epoch at which the access clock shows `access`. */
export function secondsOf(access: number): number {
  return access + ACCESS_EPOCH_S
}

/** How many seconds ago the access clock showed `access`. */
export function idleSeconds(access: number, nowMs: number): number {
  return Math.max(0, accessTime(nowMs) - access)
}

/** What the access clock showed `seconds` ago. */
export function accessTimeAgo(seconds: number, nowMs: number): number {
  return accessTime(nowMs - seconds * 1000)
}
