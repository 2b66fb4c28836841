import type { Context } from 'koa'
import type { ServerContext } from '../context.ts'
import type { Html } from '../web/html.ts'
import { consolePage, sendPage } from '../web/layout.ts'
import { signedIn } from '../web/signed-in.ts'
import { clockNotice } from './clock-notice.ts'

/** One page of the console, without its shell. */
export interface ConsoleView {
  readonly title: string
  /** The href of the section that it belongs to. */
  readonly section: string
  readonly main: Html
}

/** Answers with a page in the console's shell, which says on every page how many faults are on. */
export function show(context: ServerContext, ctx: Context, view: ConsoleView, status = 200): void {
  const faultsOn = context.testControls?.faults.list().length ?? 0
  sendPage(
    ctx,
    consolePage({ ...view, viewer: signedIn(ctx).viewer, faultsOn, clock: clockNotice() }),
    status,
  )
}

/** After a form was done: a reload shows the page and does not repeat it. */
export function backTo(ctx: Context, href: string, notice?: string): void {
  ctx.redirect(notice ? `${href}${href.includes('?') ? '&' : '?'}notice=${notice}` : href)
  ctx.status = 303
}
