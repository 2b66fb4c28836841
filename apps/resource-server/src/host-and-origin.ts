import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import type Koa from 'koa'
import { answerRpcError, rpcCode } from './json-rpc.ts'
import { answerPreflight } from './public-document.ts'

interface PublicAddress {
  readonly mcpUrl: string
  /** Where the server listens. */
  readonly port: number
}

/** The hosts under which clients reach the server. On loopback the three names of this machine are one. */
export function servedHosts({ mcpUrl, port }: PublicAddress): ReadonlySet<string> {
  const { host, port: publicPort, protocol } = new URL(mcpUrl)
  const served = new Set([host])
  if (!publicPort) served.add(`${host}:${protocol === 'https:' ? 443 : 80}`)
  if (isLoopbackUrl(mcpUrl)) {
    for (const name of ['localhost', '127.0.0.1', '[::1]']) {
      served.add(publicPort ? `${name}:${publicPort}` : name)
      served.add(`${name}:${port}`)
    }
  }
  return served
}

/**
 * Refuses requests for another host (421): after DNS rebinding the browser sends the attacker's host name (MCP
 * transports, security).
 */
export function checkHost(address: PublicAddress): Koa.Middleware {
  const allowed = servedHosts(address)
  return async function refuseForeignHosts(ctx, next) {
    if (allowed.has(ctx.host.toLowerCase())) return next()
    answerRpcError(ctx, 421, { code: rpcCode.refused, message: 'This host is not served here' })
  }
}

const allowedMethods = 'GET, POST, DELETE, OPTIONS'

/** Headers that MCP clients in browsers send; `*` would not cover `Authorization` (Fetch standard). */
const allowedHeaders = [
  'authorization',
  'dpop',
  'content-type',
  'accept',
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'last-event-id',
]

const exposedHeaders =
  'WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After, X-Correlation-Id'

/**
 * Refuses requests of foreign web pages (403), lets those of allowed ones read the answers, and answers preflights.
 * Allowed are the two servers' own origins and pages on this machine, such as the MCP Inspector; whoever sends no
 * `Origin` is no browser. Origins are compared whole: scheme, host and port.
 */
export function checkOrigin({
  mcpUrl,
  issuer,
}: {
  mcpUrl: string
  issuer: string
}): Koa.Middleware {
  const own = new Set([new URL(mcpUrl).origin, new URL(issuer).origin])
  const isAllowed = (origin: string) => own.has(origin) || isLoopbackOrigin(origin)
  return async function refuseForeignOrigins(ctx, next) {
    const origin = ctx.get('Origin')
    ctx.set('Vary', 'Origin')
    if (origin && !isAllowed(origin)) {
      return answerRpcError(ctx, 403, { code: rpcCode.refused, message: 'Origin is not allowed' })
    }
    if (origin) {
      ctx.set('Access-Control-Allow-Origin', origin)
      ctx.set('Access-Control-Expose-Headers', exposedHeaders)
    }
    if (ctx.method !== 'OPTIONS') return next()
    answerPreflight(ctx, allowedMethods)
    ctx.set('Access-Control-Allow-Headers', [...allowedHeaders, ...askedParameters(ctx)].join(', '))
  }
}

function isLoopbackOrigin(origin: string): boolean {
  return isLoopbackUrl(origin) && new URL(origin).origin === origin
}

/** `Mcp-Param-*` mirrors tool arguments, so that the names are not known beforehand (MCP 2026-07-28). */
function askedParameters(ctx: Koa.Context): string[] {
  return ctx
    .get('Access-Control-Request-Headers')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^mcp-param-[\w-]+$/.test(name))
}
