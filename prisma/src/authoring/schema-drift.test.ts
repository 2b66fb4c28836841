import { expect, test } from 'vitest'
import { currentSchema, rememberedSchema } from '../testing/migrations-on-disk.ts'
import { absentPostgres, diffSql, openSchemaEngine, scratchSqlite } from './schema-engine.ts'
import { toSqliteSchema } from './sqlite-schema.ts'

test('every change of the schema has its migration', async () => {
  const engine = await openSchemaEngine(absentPostgres(), currentSchema())
  const from = { schema: rememberedSchema() }
  expect(await diffSql(engine, from, { schema: currentSchema() })).toBe('')
})

test('a change of the schema without a migration is noticed', async () => {
  const changed = currentSchema().replace('model Setting {', 'model Setting {\n  extra String?')
  const engine = await openSchemaEngine(absentPostgres(), changed)
  const sql = await diffSql(engine, { schema: rememberedSchema() }, { schema: changed })
  expect(sql).toContain('ADD COLUMN     "extra" TEXT')
})

test('the SQLite schema has no native types and the same models', async () => {
  const derived = toSqliteSchema(currentSchema(), './client')
  expect(derived).not.toContain('@db.')
  expect(derived).not.toContain('postgresql"')
  const modelsOf = (schema: string) => schema.match(/^model \w+/gm)
  expect(modelsOf(derived)).toEqual(modelsOf(currentSchema()))
  const engine = await openSchemaEngine(scratchSqlite(), derived)
  expect(await diffSql(engine, 'empty', { schema: derived })).toContain('CREATE TABLE "Person"')
})
