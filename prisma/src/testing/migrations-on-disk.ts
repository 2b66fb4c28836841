import { readdirSync, readFileSync } from 'node:fs'
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg'

const migrations = new URL('../../migrations/', import.meta.url)

/** The migrations as Prisma's own tool reads them. */
export function migrationsOnDisk(engine: 'sqlite' | 'postgresql'): MigrationList {
  const folder = new URL(`${engine}/`, migrations)
  return {
    baseDir: folder.pathname,
    lockfile: {
      path: 'migration_lock.toml',
      content: readFileSync(new URL('migration_lock.toml', folder), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: readdirSync(folder)
      .filter((name) => !name.endsWith('.toml'))
      .sort()
      .map((path) => ({
        path,
        migrationFile: {
          path: 'migration.sql',
          content: {
            tag: 'ok',
            value: readFileSync(new URL(`${path}/migration.sql`, folder), 'utf8'),
          },
        },
      })),
  }
}

/** The schema that the migrations add up to, as the tool that writes migrations remembers it. */
export function rememberedSchema(): string {
  return readFileSync(new URL('schema.prisma', migrations), 'utf8')
}

export function currentSchema(): string {
  return readFileSync(new URL('../schema.prisma', migrations), 'utf8')
}
