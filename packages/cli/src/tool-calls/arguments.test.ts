import { describe, expect, it } from 'vitest'
import { CommandFailure } from '../failure.ts'
import { readArguments } from './arguments.ts'
import { readInputSchema } from './input-schema.ts'

const list = readInputSchema({
  type: 'object',
  properties: {
    company_id: { type: 'string' },
    itemId: { type: 'string' },
    limit: { type: 'integer' },
    limit_per_company: { type: 'integer' },
    ratio: { type: 'number' },
    low_stock: { type: 'boolean' },
    in_stock: { type: ['boolean', 'null'] },
    sort: { type: 'string', enum: ['sku', 'name'] },
    level: { enum: [1, 2] },
    tags: { type: 'array', items: { type: 'string', enum: ['a', 'b', '-c'] } },
    counts: { type: 'array', items: { type: 'integer' } },
    rows: { type: 'array', items: { type: 'object' } },
    filter: { type: 'object' },
    either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    referred: { $ref: '#/$defs/kind' },
    choice: { oneOf: [{ const: 'x' }, { const: 'y' }] },
  },
  $defs: { kind: { type: 'string', enum: ['big', 'small'] } },
  additionalProperties: false,
})

const read = (...words: string[]) => readArguments('tool', list, words)

function failureOf(...words: string[]): CommandFailure {
  try {
    read(...words)
  } catch (error) {
    if (error instanceof CommandFailure) return error
    throw error
  }
  throw new Error(`${words.join(' ')} was taken`)
}

describe('arguments', () => {
  it.each([
    [['--company_id', 'co_1'], { company_id: 'co_1' }],
    [['--company-id', 'co_1'], { company_id: 'co_1' }],
    [['--company', 'co_1'], { company_id: 'co_1' }],
    [['--companyId=co_1'], { company_id: 'co_1' }],
    [['--company=--odd'], { company_id: '--odd' }],
    [['--company='], { company_id: '' }],
    [['--company', '5'], { company_id: '5' }],
    [['--item-id', 'i'], { itemId: 'i' }],
    [['--limit', '5'], { limit: 5 }],
    [['--limit', '-5'], { limit: -5 }],
    [['--limit-per', '5'], { limit_per_company: 5 }],
    [['--ratio', '0.5'], { ratio: 0.5 }],
    [['--low-stock'], { low_stock: true }],
    [['--low-stock', '--limit', '1'], { low_stock: true, limit: 1 }],
    [['--low-stock', 'false'], { low_stock: false }],
    [['--low-stock=false'], { low_stock: false }],
    [['--no-low-stock'], { low_stock: false }],
    [['--in-stock'], { in_stock: true }],
    [['--sort', 'name'], { sort: 'name' }],
    [['--level', '2'], { level: 2 }],
    [['--tags', 'a', 'b', '-c', '--limit', '1'], { tags: ['a', 'b', '-c'], limit: 1 }],
    [['--tags', 'a', '--tags', 'b'], { tags: ['a', 'b'] }],
    [['--tags', '["a","b"]'], { tags: ['a', 'b'] }],
    [['--counts', '1', '2'], { counts: [1, 2] }],
    [['--rows', '{"sku":"A"}', '{"sku":"B"}'], { rows: [{ sku: 'A' }, { sku: 'B' }] }],
    [['--filter', '{"a":1}'], { filter: { a: 1 } }],
    [['--either', '5'], { either: 5 }],
    [['--either', 'five'], { either: 'five' }],
    [['--referred', 'small'], { referred: 'small' }],
    [['--choice', 'y'], { choice: 'y' }],
    [['--limit', '1', '--', '--company', 'co_1'], { limit: 1, company_id: 'co_1' }],
    [[], {}],
  ])('%j', (words, expected) => {
    expect(read(...words)).toEqual(expected)
  })

  it.each([
    [
      ['--colour', 'red'],
      'tool has no argument --colour.\nIt takes --company-id, --item-id, --limit',
    ],
    [['--l', '1'], '--l may be --limit or --limit-per-company or --low-stock or --level.'],
    [['co_1'], '“co_1” belongs to no argument'],
    [['--limit'], '--limit of tool needs a value: a whole number.'],
    [['--limit', '--low-stock'], '--limit of tool needs a value: a whole number.'],
    [['--limit', '1.5'], '--limit of tool must be a whole number; got “1.5”.'],
    [['--limit', ''], '--limit of tool must be a whole number; got “”.'],
    [['--ratio', 'Infinity'], '--ratio of tool must be a number'],
    [['--low-stock=maybe'], '--low-stock of tool must be true or false; got “maybe”.'],
    [['--sort', 'colour'], '--sort of tool must be one of sku, name; got “colour”.'],
    [['--tags', 'z'], '--tags of tool must be a list, each one of a, b, -c; got “z”.'],
    [['--filter', 'a=1'], '--filter of tool must be a JSON object; got “a=1”.'],
    [['--referred', 'tall'], 'must be one of big, small'],
    [['--'.concat('=')], 'tool has no argument --'],
  ])('%j is misuse', (words, says) => {
    const failure = failureOf(...words)
    expect(failure.exitCode).toBe(2)
    expect(failure.message).toContain(says)
  })

  it('that are required must be there, from words or from JSON', () => {
    const needs = readInputSchema({
      properties: { query: { type: 'string' } },
      required: ['query'],
    })
    expect(() => readArguments('search', needs, [])).toThrow(
      'search needs --query.\nIt takes --query (required). Described by: neonpanel tools show search',
    )
    expect(readArguments('search', needs, [], { query: 'x', more: 1 })).toEqual({
      query: 'x',
      more: 1,
    })
    expect(readArguments('search', needs, ['--query', 'y'], { query: 'x' })).toEqual({ query: 'y' })
  })

  it('of any name are taken where the schema says so', () => {
    const free = readInputSchema({ type: 'object', additionalProperties: { type: 'number' } })
    expect(readArguments('free', free, ['--any', '5', '--other', 'text'])).toEqual({
      any: 5,
      other: 'text',
    })
    const none = readInputSchema({ type: 'object' })
    expect(() => readArguments('none', none, ['--any', '5'])).toThrow('It takes no arguments')
  })
})
