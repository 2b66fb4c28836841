import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Context, Middleware } from 'koa'
import type { ServerContext } from '../context.ts'
import { readAutoConsent } from './settings.ts'

/** Sign in, consent, and the returns to the provider after each: more are none of an authorization. */
const mostHops = 8

/** Pages of an authorization, on which a browser would show its cookies. */
const ownPath = /^\/(interaction|oauth2\/authorize)\//

/**
 * Goes through the pages of an authorization for clients whose browser keeps no cookies, such as a plain `fetch`: when
 * somebody decides by themselves, the authorization endpoint answers with the redirect to the client. A browser sees the
 * same and gets every cookie. Composed in under test controls alone.
 */
export function followToClient({ config, database }: ServerContext): Middleware {
  const { origin } = new URL(config.issuer)
  return async function followToClient(ctx, next) {
    await next()
    const page = ctx.path === '/oauth2/authorize' ? redirectOf(ctx, origin) : undefined
    if (!page?.pathname.startsWith('/interaction/')) return
    const { fallback, byPerson } = await readAutoConsent(database)
    if (fallback || byPerson.size > 0) await follow(ctx, page, origin)
  }
}

function redirectOf(ctx: Context, origin: string): URL | undefined {
  const location = ctx.response.get('Location')
  return location ? new URL(location, origin) : undefined
}

async function follow(ctx: Context, first: URL, origin: string): Promise<void> {
  const cookies = new Map<string, string>()
  keepCookies(cookies, cookieLines(ctx))
  let page = first
  for (let hop = 1; hop <= mostHops; hop += 1) {
    const answer = await visit(ctx, page, cookies)
    const lines = answer.headers['set-cookie'] ?? []
    const { location } = answer.headers
    // Somebody has to decide at the page that the client was sent to anyway.
    if (hop === 1 && location === undefined) return void answer.resume()
    keepCookies(cookies, lines)
    for (const line of lines) ctx.append('Set-Cookie', line)
    if (location === undefined) return await endAt(ctx, page, answer)
    answer.resume()
    page = new URL(location, origin)
    if (page.origin !== origin || !ownPath.test(page.pathname)) return sendTo(ctx, location)
  }
  throw new Error(`An authorization went through more than ${mostHops} pages`)
}

/** A page for a person is at its own address; what the provider answers there is answered once. */
async function endAt(ctx: Context, page: URL, answer: IncomingMessage): Promise<void> {
  if (page.pathname.startsWith('/interaction/')) {
    answer.resume()
    return sendTo(ctx, page.href)
  }
  ctx.remove('Location')
  for (const name of ['content-type', 'content-security-policy', 'cache-control']) {
    const value = answer.headers[name]
    if (value !== undefined) ctx.set(name, value)
  }
  ctx.status = answer.statusCode ?? 500
  ctx.body = await text(answer)
}

function sendTo(ctx: Context, location: string): void {
  ctx.status = 303
  // `redirect` would spell a client's address anew.
  ctx.set('Location', location)
  ctx.body = ''
}

/** One request to this very server, as the browser would send it; ends with the browser's own. */
function visit(ctx: Context, page: URL, cookies: ReadonlyMap<string, string>) {
  const { localAddress, localPort } = ctx.req.socket
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const visiting = request(
    {
      host: localAddress,
      port: localPort,
      method: 'GET',
      path: `${page.pathname}${page.search}`,
      headers: {
        ...aboutBrowser(ctx),
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'sec-fetch-site': 'same-origin',
      },
    },
    resolve,
  )
  visiting.once('error', reject)
  const leave = () => visiting.destroy()
  ctx.res.once('close', leave)
  visiting.once('close', () => ctx.res.off('close', leave))
  visiting.end()
  return promise
}

/** What a browser says of itself, and the proxy before it of where it is. */
const keptHeaders = [
  'host',
  'user-agent',
  'accept',
  'accept-language',
  'x-forwarded-proto',
  'x-forwarded-for',
]

function aboutBrowser({ req: { headers } }: Context): Record<string, string> {
  return Object.fromEntries(
    keptHeaders.flatMap((name) => (headers[name] ? [[name, `${headers[name]}`]] : [])),
  )
}

function cookieLines(ctx: Context): readonly string[] {
  const sent = (ctx.get('Cookie') || '').split(/; */).filter(Boolean)
  const set = ctx.res.getHeader('Set-Cookie')
  return [...sent, ...(Array.isArray(set) ? set : set ? [String(set)] : [])]
}

function keepCookies(cookies: Map<string, string>, lines: readonly string[]): void {
  for (const line of lines) {
    const [pair = ''] = line.split(';')
    const equals = pair.indexOf('=')
    const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name)
    else cookies.set(name, value)
  }
}
