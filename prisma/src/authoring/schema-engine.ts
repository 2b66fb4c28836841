import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'

/** Where a diff starts or ends: nothing, a Prisma schema's text, or the database behind the engine's adapter. */
export type DiffSide = 'empty' | { schema: string } | { databaseOf: string }

/** The part of the WebAssembly global used here; @types/node leaves it to the DOM library. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> }
}

const noExternals = { externalTables: [], externalEnums: [] }
let loaded = false

/** Prisma's schema engine in this process: the WebAssembly build, so that no binary is ever downloaded. */
export async function openSchemaEngine(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  schema: string,
): Promise<bindings.SchemaEngine> {
  if (!loaded) instantiate()
  loaded = true
  const options = { datamodels: [['schema.prisma', schema]] as [string, string][] }
  return bindings.SchemaEngine.new(options, () => {}, bindMigrationAwareSqlAdapterFactory(adapter))
}

/** The SQL that turns `from` into `to`; the empty string when they are equal. */
export async function diffSql(
  engine: bindings.SchemaEngine,
  from: DiffSide,
  to: DiffSide,
): Promise<string> {
  const { stdout } = await engine.diff({
    from: diffTarget(from),
    to: diffTarget(to),
    script: true,
    exitCode: null,
    filters: noExternals,
  })
  const sql = stdout ?? ''
  return /^\s*(-- This is an empty migration\.)?\s*$/.test(sql) ? '' : sql
}

function diffTarget(side: DiffSide): bindings.DiffTarget {
  if (side === 'empty') return { tag: 'empty' }
  const schema = 'schema' in side ? side.schema : side.databaseOf
  const files = [{ path: 'schema.prisma', content: schema }]
  if ('schema' in side) return { tag: 'schemaDatamodel', files }
  return { tag: 'schemaDatasource', files, configDir: '.' }
}

function instantiate(): void {
  const script = createRequire(import.meta.url).resolve(
    '@prisma/schema-engine-wasm/schema_engine_bg',
  )
  const module = new WebAssembly.Module(readFileSync(script.replace(/\.js$/, '.wasm')))
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': { ...bindings } })
  bindings.__wbg_set_wasm(instance.exports)
  const { __wbindgen_start: start } = instance.exports
  if (typeof start !== 'function') throw new Error('The schema engine has no start function.')
  start()
}

/** A SQLite database for an engine that only compares schemas. */
export function scratchSqlite(): SqlMigrationAwareDriverAdapterFactory {
  return new PrismaLibSql({ url: ':memory:' })
}

/** A PostgreSQL that is not there: comparing two schemas asks a server for nothing but its version. */
export function absentPostgres(): SqlMigrationAwareDriverAdapterFactory {
  const connect = async (): Promise<SqlDriverAdapter> => ({
    provider: 'postgres',
    adapterName: 'absent-postgres',
    queryRaw: async () => ({
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
      rows: [[true, 'PostgreSQL 15.0', 150_000]],
    }),
    executeRaw: () => refuse(),
    executeScript: () => refuse(),
    startTransaction: () => refuse(),
    dispose: async () => {},
  })
  return {
    provider: 'postgres',
    adapterName: 'absent-postgres',
    connect,
    connectToShadowDb: connect,
  }
}

function refuse(): never {
  throw new Error('Comparing two schemas must not reach a database.')
}
