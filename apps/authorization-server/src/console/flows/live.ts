import type { Context } from 'koa'
import { type Html, html } from '../../web/html.ts'
import { allowOwnScript } from '../../web/security-headers.ts'
import { staticHref } from '../../web/static.ts'

/** Where public/live.js says that a page is live; without a script it says nothing. */
export const liveState: Html = html`<span data-live-state></span>`

/**
 * The script that keeps a page of flows up to date, and the permission to run it. The page is whole without it: the
 * script asks for the same page again and takes over its `data-live` parts.
 *
 * @param flowId the flow that the page shows; undefined = all
 */
export function liveScript(ctx: Context, flowId?: string): Html {
  allowOwnScript(ctx)
  return html`<script src="${staticHref('/live.js')}" type="module" data-follow="/console/api/flows/events"${flowId !== undefined && html` data-flow="${flowId}"`}></script>`
}
