import { z } from 'zod'
import type { Page } from '../paging.ts'

export const epochSecondsSchema = z.int().describe('Epoch seconds')

export const isoTimeSchema = z.iso.datetime().describe('ISO 8601, to the millisecond')

/** Times are `Date` in code and epoch seconds on the wire, as in every OAuth document. */
export function epochSeconds(date: Date): number
export function epochSeconds(date: Date | null): number | null
export function epochSeconds(date: Date | null): number | null {
  return date && Math.floor(date.getTime() / 1000)
}

/** A list on the wire. */
export function listSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().describe('`cursor` of the next page; null on the last one'),
  })
}

/** A list on the wire; `next_cursor` is null on its last page. */
export function listOf<Row, Item>({ rows, nextCursor }: Page<Row>, describe: (row: Row) => Item) {
  return { items: rows.map(describe), next_cursor: nextCursor ?? null }
}
