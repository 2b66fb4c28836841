import { randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lock } from 'proper-lockfile'
import { CommandFailure } from '../failure.ts'

/** A file that its owner alone reads: 0600 in a directory of 0700. Windows protects it by the owner's profile. */
export interface PrivateFile {
  readonly path: string
  /** @returns undefined when there is none */
  read(): Promise<string | undefined>
  /** Puts the whole content in place at once: whoever reads sees the old or the new, a crash leaves the old. */
  write(content: string): Promise<void>
  /** Does work that no other process does at the same time. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
}

const windows = process.platform === 'win32'

/** @param repaired told when others could read the directory or the file, which they now cannot */
export function privateFile(
  directory: string,
  name: string,
  repaired: (text: string) => void,
): PrivateFile {
  const path = join(directory, name)
  const ensureDirectory = async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
      throw new CommandFailure(
        `Cannot create ${directory}: ${messageOf(cause)}. NEONPANEL_CONFIG_DIR names another place.`,
        { cause },
      )
    })
    await closeToOthers(directory, 0o700, repaired)
  }
  return {
    path,
    async read() {
      try {
        await closeToOthers(path, 0o600, repaired)
        return await readFile(path, 'utf8')
      } catch (cause) {
        if (codeOf(cause) === 'ENOENT') return undefined
        if (cause instanceof CommandFailure) throw cause
        throw new CommandFailure(`Cannot read ${path}: ${messageOf(cause)}.`, { cause })
      }
    },
    async write(content) {
      await ensureDirectory()
      await replace(path, content)
    },
    async exclusively(work) {
      await ensureDirectory()
      const release = await takeLock(path)
      try {
        return await work()
      } finally {
        await release()
      }
    },
  }
}

async function replace(path: string, content: string): Promise<void> {
  const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.tmp`)
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(content)
      // The name must not point at content that a crash of the machine can still lose.
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new CommandFailure(`Cannot write ${path}: ${messageOf(cause)}.`, { cause })
  }
}

async function closeToOthers(path: string, mode: number, repaired: (text: string) => void) {
  if (windows) return
  const found = (await stat(path)).mode & 0o777
  if ((found & 0o077) === 0) return
  const octal = (bits: number) => `0${bits.toString(8)}`
  try {
    await chmod(path, mode)
  } catch (cause) {
    throw new CommandFailure(
      `${path} can be read by others (mode ${octal(found)}) and holds secrets. Repair it with: chmod ${octal(mode)} ${path}`,
      { cause },
    )
  }
  repaired(
    `${path} could be read by others (mode ${octal(found)}); it is ${octal(mode)} now. Who else uses this computer may have read your tokens: neonpanel logout --all ends them.`,
  )
}

/** A holder that died is taken over after 30 seconds without a sign of life. */
async function takeLock(path: string): Promise<() => Promise<void>> {
  try {
    return await lock(path, {
      realpath: false,
      stale: 30_000,
      update: 5_000,
      retries: { retries: 400, factor: 1.2, minTimeout: 25, maxTimeout: 150 },
    })
  } catch (cause) {
    throw new CommandFailure(
      `Another neonpanel has held ${path} for a minute. If none runs, remove ${path}.lock.`,
      { cause },
    )
  }
}

const codeOf = (error: unknown) => Object(error).code as string | undefined
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
