import type { Context } from 'koa'
import { noteFlow } from './flow-notes.ts'

/** Tells the flow that a request was struck by a fault, by its title or by what it does. */
export function noteFault(
  ctx: Context,
  { title, what }: { readonly title: string | undefined; readonly what: object },
): void {
  noteFlow(ctx, { reason: 'fault_injected', got: title ?? Object.keys(what).join(', ') })
}
