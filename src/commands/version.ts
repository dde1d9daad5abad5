/** The version of Redis whose commands these are. */
export const REDIS_VERSION = '8.0.2'
/** The version of this package. */
export const VERSION = '0.1.0'
