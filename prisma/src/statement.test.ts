import { describe, expect, test } from 'vitest'
import { identifier, statement } from './statement.ts'

const sqlite = (sql: string) => statement(`test: ${sql}`, sql).sqlite

describe('a statement on SQLite', () => {
  test('numbers its parameters in its own spelling', () => {
    expect(sqlite('SELECT $1, $12, $1')).toBe('SELECT ?1, ?12, ?1')
  })

  test('has no casts', () => {
    expect(sqlite('SELECT count(*)::int, $1::text[] FROM t')).toBe('SELECT count(*), ?1 FROM t')
  })

  test.each([
    ' FOR UPDATE',
    ' for update',
    '\n  FOR UPDATE SKIP LOCKED',
    ' FOR NO KEY UPDATE NOWAIT',
  ])('has no row lock%j', (lock) => {
    expect(sqlite(`SELECT 1 FROM t${lock}`)).toBe('SELECT 1 FROM t')
  })

  test('keeps what is quoted', () => {
    const sql = `SELECT '$1 it''s ::int FOR UPDATE', "a""$2::int"`
    expect(sqlite(sql)).toBe(sql)
  })

  test('keeps other updates', () => {
    const sql = 'INSERT INTO t VALUES (?1) ON CONFLICT DO UPDATE SET a = 1'
    expect(sqlite(sql)).toBe(sql)
  })
})

describe('a statement', () => {
  test('stays as it is for PostgreSQL', () => {
    const sql = 'SELECT "uses"::int FROM t WHERE "a" = $1 FOR UPDATE'
    expect(statement('test: as it is', sql).postgresql).toBe(sql)
  })

  test('is refused a name that another one has', () => {
    statement('test: taken', 'SELECT 1')
    expect(() => statement('test: taken', 'SELECT 2')).toThrow('test: taken')
    expect(() => statement('test: taken', 'SELECT 1')).not.toThrow()
  })
})

test('an identifier cannot end its own quotes', () => {
  expect(identifier('a"; DROP TABLE b; --')).toBe('"a""; DROP TABLE b; --"')
})
