import { z } from 'zod'
import { type ToolError, toolError } from '../mcp/tool.ts'

type Key = string | number | null

/** How a list is ordered. Rows of one key follow each other by id, so that every row has its place. */
export interface Order<Row> {
  readonly name: string
  /** Null comes last. */
  key(row: Row): Key
  id(row: Row): string
  readonly descending?: boolean
}

export interface Page<Row> {
  readonly rows: Row[]
  readonly totalCount: number
  /** Null on the last page. */
  readonly nextCursor: string | null
}

/** @param usual rows of a page when nothing was asked: fewer where rows are long */
export function limitInput(usual = 25) {
  return z.int().min(1).max(100).default(usual).describe('Rows of one page, 1 to 100.')
}

export const cursorInput = z
  .string()
  .min(1)
  .max(2_000)
  .optional()
  .describe('next_cursor of the page before, together with the same other arguments.')

export const pageOutput = {
  total_count: z.int().describe('Rows on all pages.'),
  next_cursor: z.string().nullable().describe('Cursor of the next page; null on the last one.'),
}

const cursorSchema = z.tuple([z.string(), z.union([z.string(), z.number(), z.null()]), z.string()])

/**
 * One page of a list. A cursor names the row that the page before ended with, not a number of rows: rows that come or go
 * between two calls neither repeat nor hide others.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  order: Order<Row>,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Page<Row> | ToolError {
  const compare = comparison(order)
  const sorted = [...rows].sort((a, b) =>
    compare([order.key(a), order.id(a)], [order.key(b), order.id(b)]),
  )
  let start = 0
  if (cursor !== undefined) {
    const last = readCursor(cursor, order.name)
    if (!last) {
      return toolError(
        'That cursor belongs to another list. Leave it out to start at the first page.',
      )
    }
    const next = sorted.findIndex((row) => compare([order.key(row), order.id(row)], last) > 0)
    start = next < 0 ? sorted.length : next
  }
  const page = sorted.slice(start, start + limit)
  const last = page.at(-1)
  const more = last !== undefined && start + limit < sorted.length
  return {
    rows: page,
    totalCount: sorted.length,
    nextCursor: more ? writeCursor(order.name, order.key(last), order.id(last)) : null,
  }
}

type Place = readonly [key: Key, id: string]

function comparison({ descending = false }: { readonly descending?: boolean }) {
  return ([a, idA]: Place, [b, idB]: Place): number => {
    if (a === b) return idA === idB ? 0 : idA < idB ? -1 : 1
    if (a === null) return 1
    if (b === null) return -1
    return a < b === descending ? 1 : -1
  }
}

function writeCursor(...parts: z.infer<typeof cursorSchema>): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

function readCursor(cursor: string, name: string): Place | undefined {
  const parsed = cursorSchema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()))
  if (!parsed.success || parsed.data[0] !== name) return undefined
  return [parsed.data[1], parsed.data[2]]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
