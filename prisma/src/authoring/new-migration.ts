import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { absentPostgres, diffSql, openSchemaEngine, scratchSqlite } from './schema-engine.ts'
import { toSqliteSchema } from './sqlite-schema.ts'

// `npm run migration -- <name>`: what changed in prisma/schema.prisma since the last migration becomes one SQL
// migration per engine. Works in process and offline. `migrations/schema.prisma` remembers the schema that the
// migrations add up to, so that no database is needed to know where to start.

const workspace = fileURLToPath(new URL('../..', import.meta.url))
const migrations = join(workspace, 'migrations')
const rememberedFile = join(migrations, 'schema.prisma')

const name = (process.argv[2] ?? '').toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
if (name === '') {
  console.error('Usage: npm run migration -- <name>')
  process.exit(2)
}

const before = existsSync(rememberedFile) ? readFileSync(rememberedFile, 'utf8') : undefined
const after = readFileSync(join(workspace, 'schema.prisma'), 'utf8')
const postgresql = await migrationSql('postgresql', before, after)
const sqlite = await migrationSql('sqlite', before, after)

if (postgresql === '' && sqlite === '') {
  console.log('no change')
} else {
  const timestamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)
  const title = `${timestamp}_${name}`
  write('postgresql', title, postgresql)
  write('sqlite', title, sqlite)
  writeFileSync(rememberedFile, after)
  console.log(title)
}

async function migrationSql(
  engine: 'postgresql' | 'sqlite',
  from: string | undefined,
  to: string,
): Promise<string> {
  const dialect = (schema: string) =>
    engine === 'sqlite' ? toSqliteSchema(schema, './client') : schema
  const adapter = engine === 'sqlite' ? scratchSqlite() : absentPostgres()
  const schemaEngine = await openSchemaEngine(adapter, dialect(to))
  const sql = await diffSql(
    schemaEngine,
    from === undefined ? 'empty' : { schema: dialect(from) },
    { schema: dialect(to) },
  )
  // The connection's search path decides the schema, and creating one takes a right that a role may lack.
  return sql.replace(/^-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n\n/, '')
}

function write(engine: 'postgresql' | 'sqlite', title: string, sql: string): void {
  const folder = join(migrations, engine, title)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'migration.sql'), sql)
  writeFileSync(
    join(migrations, engine, 'migration_lock.toml'),
    `# Prisma refuses to apply these migrations to another engine.\nprovider = "${engine}"\n`,
  )
}
