import { createHash } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate } from '../migrate.ts'
import { openDatabase } from '../open.ts'

const directory = fileURLToPath(new URL('../../generated/ledger/', import.meta.url))

/** What the demo ledger is made of: when one of these changes, an earlier snapshot is none. */
const sources = ['../../migrations/sqlite/', '../ledger/', './ledger/', './ledger.ts']

/**
 * The demo ledger as a SQLite file, made at installation, from which a start copies in a tenth of the time that
 * generating takes. Undefined when there is none for the present sources: then it is generated.
 */
export function findLedgerSnapshot(folder: string = directory): string | undefined {
  if (isBuilt()) return globSync(join(folder, '*.db'))[0]
  const file = join(folder, `${digestSources()}.db`)
  return existsSync(file) ? file : undefined
}

/** A published build carries the snapshot that was made from its sources, and not the sources, not even this one. */
function isBuilt(): boolean {
  return !existsSync(fileURLToPath(import.meta.url))
}

/** Makes the snapshot unless it is there, and removes those of other sources. */
export async function writeLedgerSnapshot(folder: string = directory): Promise<void> {
  if (findLedgerSnapshot(folder) !== undefined) return
  mkdirSync(folder, { recursive: true })
  const scratch = mkdtempSync(join(folder, 'making-'))
  const draft = join(scratch, 'ledger.db')
  {
    await using database = await openDatabase(`file:${draft}`)
    await migrate(database)
    const { seedLedger } = await import('./ledger.ts')
    await seedLedger(database)
  }
  const name = `${digestSources()}.db`
  renameSync(draft, join(folder, name))
  rmSync(scratch, { recursive: true })
  for (const other of readdirSync(folder)) {
    if (other.endsWith('.db') && other !== name) rmSync(join(folder, other))
  }
}

function digestSources(): string {
  const hash = createHash('sha256')
  for (const source of sources) {
    const url = new URL(source, import.meta.url)
    const files = source.endsWith('/')
      ? readdirSync(url, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
      : [fileURLToPath(url)]
    for (const file of files) hash.update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex').slice(0, 32)
}
