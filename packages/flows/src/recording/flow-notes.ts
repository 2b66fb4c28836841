import type { Context } from 'koa'
import type { ServerNote } from './recorded-exchange.ts'

const notesOf = new WeakMap<object, ServerNote[]>()

/** Notes of one request; what is longer than a glance is cut. */
const most = 8
const longest = 500

/**
 * Tells the flow that a request belongs to why it is answered as it is; what the messages show needs no note. Values
 * are never secrets.
 */
export function noteFlow(ctx: Pick<Context, 'res'>, note: ServerNote): void {
  const notes = notesOf.get(ctx.res) ?? []
  notesOf.set(ctx.res, notes)
  if (notes.length >= most) return
  notes.push({
    reason: note.reason,
    ...(note.got !== undefined && { got: note.got.slice(0, longest) }),
    ...(note.expected !== undefined && { expected: note.expected.slice(0, longest) }),
  })
}

export function flowNotes(ctx: Pick<Context, 'res'>): readonly ServerNote[] | undefined {
  return notesOf.get(ctx.res)
}
