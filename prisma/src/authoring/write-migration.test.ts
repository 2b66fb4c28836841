import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeMigration } from './write-migration.ts'

const schema = (fields: string) => `
generator client {
  provider = "prisma-client"
  output   = "./generated/postgresql/client"
}

datasource db {
  provider = "postgresql"
}

model Book {
  id String @id
  ${fields}
}
`

const at = new Date('2026-03-04T05:06:07.890Z')
let workspace: string
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'neonpanel-authoring-'))
})
afterEach(() => rmSync(workspace, { recursive: true }))

const writeSchema = (fields: string) =>
  writeFileSync(join(workspace, 'schema.prisma'), schema(fields))
const readMigration = (engine: string, title: string) =>
  readFileSync(join(workspace, 'migrations', engine, title, 'migration.sql'), 'utf8')

test('the first migration creates everything, in the dialect of each engine', async () => {
  writeSchema('readAt DateTime? @db.Timestamptz(3)')
  const title = await writeMigration(workspace, 'init', at)
  expect(title).toBe('20260304050607_init')
  expect(readMigration('postgresql', title!)).toContain('"readAt" TIMESTAMPTZ(3)')
  expect(readMigration('sqlite', title!)).toContain('"readAt" DATETIME')
  expect(readMigration('postgresql', title!)).not.toContain('CREATE SCHEMA')
})

test('the next one holds only what changed', async () => {
  writeSchema('title String')
  await writeMigration(workspace, 'init', at)
  writeSchema('title String\n  pages Int @default(0)')
  const title = await writeMigration(workspace, 'pages', new Date(at.getTime() + 1000))
  expect(title).toBe('20260304050608_pages')
  expect(readMigration('postgresql', title!)).toMatch(/^-- AlterTable\nALTER TABLE "Book" ADD/)
  expect(readMigration('sqlite', title!)).not.toContain('CREATE TABLE "Book"')
  expect(readdirSync(join(workspace, 'migrations', 'sqlite'))).toHaveLength(3)
})

test('nothing is written when nothing changed but a comment', async () => {
  writeSchema('title String')
  await writeMigration(workspace, 'init', at)
  writeSchema('/// What is on its cover.\n  title String')
  expect(await writeMigration(workspace, 'again', at)).toBeUndefined()
  expect(readdirSync(join(workspace, 'migrations', 'postgresql'))).toHaveLength(2)
})

test('nothing is written for a schema with a mistake', async () => {
  writeSchema('title Strnig')
  await expect(writeMigration(workspace, 'init', at)).rejects.toThrow('Strnig')
  expect(readdirSync(workspace)).toEqual(['schema.prisma'])
})
