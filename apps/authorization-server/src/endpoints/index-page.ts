import type { Middleware } from 'koa'
import type { ServerContext } from '../context.ts'
import { routes } from '../provider/configuration.ts'
import { html } from '../web/html.ts'
import { authPage, sendPage } from '../web/layout.ts'

/** `/`: where everything is, for people and for who sets up a client; `service_documentation` of the metadata. */
export function indexPage({ config }: ServerContext): Middleware {
  const { issuer, mcpUrl } = config
  const addresses = [
    ['MCP server', mcpUrl],
    ['Authorize', `${issuer}${routes.authorization}`],
    ['Token', `${issuer}${routes.token}`],
    ['Metadata', `${issuer}/.well-known/oauth-authorization-server`],
  ] as const
  const page = authPage({
    title: 'NeonPanel sign-in',
    issuer,
    main: html`<article class="card card-raised auth-card boxed" aria-labelledby="index-title">
      <div class="auth-body stack stack-loose">
        <header class="stack stack-snug">
          <h1 id="index-title">NeonPanel sign-in</h1>
          <p class="muted">People sign in here and decide what apps may do with their NeonPanel data.</p>
        </header>
        <dl class="facts">
          ${addresses.map(
            ([label, url]) => html`<div>
            <dt>${label}</dt>
            <dd><code>${url}</code></dd>
          </div>`,
          )}
        </dl>
        <div class="cluster cluster-fill">
          <a class="button button-primary button-large" href="/account">Your account</a>
          <a class="button button-large" href="/console">Console</a>
        </div>
      </div>
    </article>`,
  })
  return async function answerIndex(ctx, next) {
    if (ctx.path !== '/' || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    sendPage(ctx, page)
  }
}
