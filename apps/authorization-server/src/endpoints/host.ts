import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import type { Context, Middleware } from 'koa'
import type { Config } from '../config.ts'

/**
 * Lets through what is addressed to the issuer, and makes the request look so: the provider builds URLs from `Host` and
 * `X-Forwarded-Proto`, and those must come from the configuration (RFC 8414 section 6.2). Anything else is misdirected. On
 * loopback every name of this machine will do, on whatever port it was forwarded.
 */
export function pinHost({ issuer, isLocal, trustProxy }: Config): Middleware {
  const { host, protocol } = new URL(issuer)
  const isUnencrypted = (scheme: string | undefined) => protocol === 'https:' && scheme === 'http'
  return async function pinHost(ctx, next) {
    const { headers } = ctx.req
    const forwarded = trustProxy ? lastOf(headers['x-forwarded-host']) : undefined
    const addressed = forwarded ?? headers.host ?? ''
    const isOurs =
      addressed.toLowerCase() === host || (isLocal && isLoopbackUrl(`http://${addressed}`))
    if (!isOurs) {
      ctx.status = 421
      ctx.body = {
        error: 'invalid_request',
        error_description: 'this host is not served here',
      }
      return
    }
    if (trustProxy && isUnencrypted(lastOf(headers['x-forwarded-proto']))) {
      return demandHttps(ctx, issuer)
    }
    headers.host = host
    headers['x-forwarded-proto'] = protocol.slice(0, -1)
    delete headers['x-forwarded-host']
    // Without a proxy in front the address is the socket's, whatever a client claims.
    if (!trustProxy) delete headers['x-forwarded-for']
    await next()
  }
}

/** What was sent in clear has been read by others: a page is led to https, a credential is not accepted. */
function demandHttps(ctx: Context, issuer: string): void {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') {
    ctx.status = 308
    ctx.redirect(`${issuer}${ctx.url}`)
    return
  }
  ctx.status = 400
  ctx.body = { error: 'invalid_request', error_description: 'https is required' }
}

function lastOf(header: string | string[] | undefined): string | undefined {
  return header?.toString().split(',').at(-1)?.trim()
}
