import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toSqliteSchema } from './sqlite-schema.ts'

// `npm run generate`: both Prisma clients from prisma/schema.prisma, and a snapshot of the demo ledger. Runs after every install, so it does nothing
// when its inputs are what they were, says nothing when it succeeds, and never needs the network.

const workspace = fileURLToPath(new URL('../..', import.meta.url))
const generated = join(workspace, 'generated')
const stampFile = join(generated, 'stamp')
const prismaPackageFile = createRequire(import.meta.url).resolve('prisma/package.json')

const schema = readFileSync(join(workspace, 'schema.prisma'), 'utf8')
const stamp = digest(
  schema,
  readFileSync(prismaPackageFile, 'utf8'),
  readFileSync(fileURLToPath(import.meta.url), 'utf8'),
  readFileSync(fileURLToPath(new URL('sqlite-schema.ts', import.meta.url)), 'utf8'),
)

if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  rmSync(stampFile, { force: true })
  const sqliteSchema = join(generated, 'sqlite', 'schema.prisma')
  mkdirSync(dirname(sqliteSchema), { recursive: true })
  writeFileSync(sqliteSchema, toSqliteSchema(schema, './client'))
  await Promise.all([runGenerator(join(workspace, 'schema.prisma')), runGenerator(sqliteSchema)])
  writeFileSync(stampFile, stamp)
}
await snapshotLedger()

/** A snapshot makes starts faster and nothing else, so that a machine without it is no failed installation. */
async function snapshotLedger(): Promise<void> {
  try {
    // Through a generated client, which was not there before.
    const { writeLedgerSnapshot } = await import('../seed/ledger-snapshot.ts')
    await writeLedgerSnapshot()
  } catch (error) {
    console.warn(
      'The demo ledger has no snapshot and will be generated at each first start.',
      error,
    )
  }
}

function digest(...texts: string[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text).update('\0')
  return hash.digest('hex')
}

async function runGenerator(schemaFile: string): Promise<void> {
  const command = join(dirname(prismaPackageFile), 'build', 'index.js')
  const child = spawn(
    process.execPath,
    [command, 'generate', '--no-hints', `--schema=${schemaFile}`],
    {
      cwd: workspace,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        // biome-ignore lint/style/noProcessEnv: the child process inherits the environment of the machine
        ...process.env,
        // The generator looks for a schema engine and downloads one, only to leave it unused. Any executable satisfies it.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
    },
  )
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve)
  })
  if (exitCode !== 0) {
    process.stderr.write(Buffer.concat(output))
    throw new Error(
      `Prisma could not generate a client from ${schemaFile} (exit code ${exitCode}).`,
    )
  }
}
