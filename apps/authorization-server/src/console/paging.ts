import type { Database } from '@neonpanel/database/open'
import type { Context } from 'koa'
import { z } from 'zod'

/** Parameters of every list: how many, and where to go on. */
export const pageParameters = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .describe('`next_cursor` of the page before')
    .transform((cursor, context) => {
      const position = parseCursor(cursor)
      if (position) return position
      context.addIssue({ code: 'custom', message: 'must be a next_cursor of this list' })
      return z.NEVER
    })
    .optional(),
}

const pageSchema = z.object({
  limit: pageParameters.limit.catch(50),
  cursor: pageParameters.cursor.catch(undefined),
})

/** The page that an address of the console asks for; what makes no sense there is as if it were absent. */
export function readPage(ctx: Context): PageRequest {
  return pageSchema.parse(Object.fromEntries(new URLSearchParams(ctx.querystring)))
}

/** The last row of a page: rows are listed newest first, and by id within one instant. */
interface Position {
  readonly at: Date
  readonly id: string
}

export interface PageRequest {
  readonly limit: number
  readonly cursor?: Position | undefined
}

/** One page of a list; without `nextCursor` it is the last. */
export interface Page<Row> {
  readonly rows: readonly Row[]
  readonly nextCursor: string | undefined
}

/**
 * Prisma's `where`, `orderBy` and `take` of one page, by position and not by offset: rows that come or go meanwhile
 * neither repeat nor hide others. One row more than the page is read, to know whether it is the last.
 *
 * @param time column that orders the list
 * @param id column that tells rows of one instant apart
 */
export function newestFirst<Time extends string, Id extends string>(
  { limit, cursor }: PageRequest,
  time: Time,
  id: Id,
) {
  const after = cursor && {
    OR: [{ [time]: { lt: cursor.at } }, { [time]: cursor.at, [id]: { lt: cursor.id } }],
  }
  return {
    after: after ?? {},
    order: {
      orderBy: [{ [time]: 'desc' }, { [id]: 'desc' }] as [Record<Time, 'desc'>, Record<Id, 'desc'>],
      take: limit + 1,
    },
  }
}

/** Cuts the one row that was read beyond the page. */
export function pageOf<Row>(
  found: readonly Row[],
  limit: number,
  positionOf: (row: Row) => Position,
): Page<Row> {
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return {
    rows,
    nextCursor: found.length > limit && last ? formatCursor(positionOf(last)) : undefined,
  }
}

function formatCursor({ at, id }: Position): string {
  return Buffer.from(`${at.getTime()} ${id}`).toString('base64url')
}

function parseCursor(cursor: string): Position | undefined {
  const [, time, id] = /^(\d{1,15}) (.+)$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  return time && id ? { at: new Date(Number(time)), id } : undefined
}

/** Prisma's condition for text in any case; SQLite compares so anyway and has no word for it. */
export function containing({ engine }: Pick<Database, 'engine'>, text: string) {
  return engine === 'postgresql'
    ? { contains: text, mode: 'insensitive' as const }
    : { contains: text }
}
