import { rename, rm } from 'node:fs/promises'

/** Has a file written under another name first, so that nobody finds half of it. */
export async function wholeFile(path: string, write: (partial: string) => Promise<void>): Promise<void> {
  const partial = `${path}.${process.pid}.partial`
  try {
    await write(partial)
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}
