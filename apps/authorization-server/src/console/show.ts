import type { Context } from 'koa'
import type { ServerContext } from '../context.ts'
import { type Html, html } from '../web/html.ts'
import { consolePage, sendPage } from '../web/layout.ts'
import { signedIn } from '../web/signed-in.ts'
import { clockBanner, clockNotice } from './clock-notice.ts'
import { faultBanner } from './faults/banner.ts'

/** One page of the console, without its shell. */
export interface ConsoleView {
  readonly title: string
  /** The href of the section that it belongs to. */
  readonly section: string
  readonly main: Html
  /** What adds to a page that is whole without it. */
  readonly script?: Html
  /** Whether the page itself says which faults are on. */
  readonly hasFaultBanner?: boolean
}

/** Answers with a page in the console's shell, which says on every page what tests have done to the servers. */
export function show(context: ServerContext, ctx: Context, view: ConsoleView, status = 200): void {
  const { viewer } = signedIn(ctx)
  const faults = context.testControls?.faults.list() ?? []
  const page = consolePage({
    ...view,
    viewer,
    faultsOn: faults.length,
    clock: clockNotice(),
    banner: bannerOf(faults.length > 0 && !view.hasFaultBanner && faultBanner({ faults, viewer })),
  })
  sendPage(ctx, page, status)
}

function bannerOf(faults: Html | false): Html | undefined {
  const clock = clockBanner()
  return faults || clock ? html`${faults}${clock}` : undefined
}

/** After a form was done: a reload shows the page and does not repeat it. */
export function backTo(ctx: Context, href: string, notice?: string): void {
  ctx.redirect(notice ? `${href}${href.includes('?') ? '&' : '?'}notice=${notice}` : href)
  ctx.status = 303
}
