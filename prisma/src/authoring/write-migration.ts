import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { absentPostgres, diffSql, openSchemaEngine, scratchSqlite } from './schema-engine.ts'
import { toSqliteSchema } from './sqlite-schema.ts'

type Engine = 'postgresql' | 'sqlite'

/**
 * Writes what changed in a workspace's schema.prisma since its last migration as one SQL migration per engine; answers
 * the migration's name, undefined when nothing changed. `migrations/schema.prisma` remembers the schema that the
 * migrations add up to, so that no database is needed to know where to start.
 */
export async function writeMigration(
  workspace: string,
  name: string,
  at: Date,
): Promise<string | undefined> {
  const migrations = join(workspace, 'migrations')
  const rememberedFile = join(migrations, 'schema.prisma')
  const before = existsSync(rememberedFile) ? readFileSync(rememberedFile, 'utf8') : undefined
  const after = readFileSync(join(workspace, 'schema.prisma'), 'utf8')
  const postgresql = await migrationSql('postgresql', before, after)
  const sqlite = await migrationSql('sqlite', before, after)
  if (postgresql === '' && sqlite === '') return undefined

  const title = `${at.toISOString().replaceAll(/\D/g, '').slice(0, 14)}_${name}`
  writeFor('postgresql', migrations, title, postgresql)
  writeFor('sqlite', migrations, title, sqlite)
  writeFileSync(rememberedFile, after)
  return title
}

async function migrationSql(engine: Engine, before: string | undefined, after: string) {
  const dialect = (schema: string) =>
    engine === 'sqlite' ? toSqliteSchema(schema, './client') : schema
  const adapter = engine === 'sqlite' ? scratchSqlite() : absentPostgres()
  const schemaEngine = await openSchemaEngine(adapter, dialect(after))
  const from = before === undefined ? 'empty' : { schema: dialect(before) }
  const sql = await diffSql(schemaEngine, from, { schema: dialect(after) })
  // The connection's search path decides the schema, and creating one takes a right that a role may lack.
  return sql.replace(/^-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n\n/, '')
}

function writeFor(engine: Engine, migrations: string, title: string, sql: string): void {
  const folder = join(migrations, engine, title)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'migration.sql'), sql)
  writeFileSync(
    join(migrations, engine, 'migration_lock.toml'),
    `# Prisma refuses to apply these migrations to another engine.\nprovider = "${engine}"\n`,
  )
}
