import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { diffSql, openSchemaEngine } from '../authoring/schema-engine.ts'
import { migrationsOnDisk } from './migrations-on-disk.ts'

/** What Prisma's own tool says of and does to a database, for comparison with ours. */
export interface PrismaTool {
  /** `prisma migrate status`. */
  diagnose(): Promise<{ edited: string[]; failed: string[]; history: unknown }>
  /** `prisma migrate deploy`: names of what it applied. */
  deploy(): Promise<string[]>
  /** SQL that would make the database equal to the schema. */
  drift(): Promise<string>
}

export async function openPrismaTool(
  engine: 'sqlite' | 'postgresql',
  adapter: SqlMigrationAwareDriverAdapterFactory,
  schema: string,
): Promise<PrismaTool> {
  const filters = { externalTables: [], externalEnums: [] }
  const migrationsList = migrationsOnDisk(engine)
  const tool = await openSchemaEngine(adapter, schema)
  return {
    async diagnose() {
      const { editedMigrationNames, failedMigrationNames, history } =
        await tool.diagnoseMigrationHistory({
          migrationsList,
          optInToShadowDatabase: false,
          filters,
        })
      return {
        edited: editedMigrationNames,
        failed: failedMigrationNames,
        history: history ?? null,
      }
    },
    async deploy() {
      return (await tool.applyMigrations({ migrationsList, filters })).appliedMigrationNames
    },
    drift: () => diffSql(tool, { databaseOf: schema }, { schema }),
  }
}
