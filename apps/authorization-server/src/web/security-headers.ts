import type { Context, Middleware } from 'koa'

/** Everything a page may do; widened only by `allowFormAction` and `allowOwnScript`. */
const contentSecurityPolicy = (formActions: readonly string[], further: readonly string[] = []) =>
  [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    `form-action ${["'self'", ...formActions].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...further,
  ].join('; ')

/**
 * Headers of every answer: no script, no framing, no referrer, no sniffing, and https from now on where the issuer
 * has it (RFC 9700 sections 4.2 and 4.16).
 *
 * @param issuer `ISSUER_URL`
 */
export function securityHeaders(issuer: string): Middleware {
  const https = issuer.startsWith('https:')
  return async function securityHeaders(ctx, next) {
    ctx.set({
      'Content-Security-Policy': contentSecurityPolicy([]),
      'X-Frame-Options': 'DENY',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      ...(https && { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' }),
    })
    await next()
  }
}

/**
 * Lets the forms of this page end at a client: browsers apply `form-action` to every redirect that follows a form
 * post, so the last page before a redirect URI must name it.
 *
 * @param redirectUri validated by the provider
 */
export function allowFormAction(ctx: Context, redirectUri: string): void {
  ctx.set('Content-Security-Policy', contentSecurityPolicy(redirectSources(redirectUri)))
}

/** Lets this page run the script files of this server, never script of its own, and lets them ask this server. */
export function allowOwnScript(ctx: Context): void {
  ctx.set(
    'Content-Security-Policy',
    contentSecurityPolicy([], ["script-src 'self'", "connect-src 'self'"]),
  )
}

/** The content security policy sources that a redirect URI needs. */
export function redirectSources(redirectUri: string): string[] {
  const { protocol, origin, hostname } = new URL(redirectUri)
  // Browsers apply the list to what the callback itself redirects to as well: a success page, another host of the app.
  const onwards = [...(relays[origin] ?? []), 'https:']
  if (protocol !== 'https:' && protocol !== 'http:') return [protocol, ...onwards]
  // The policy's grammar has no IPv6 literals.
  return [hostname.startsWith('[') ? protocol : origin, ...onwards]
}

const editor = ['vscode:', 'vscode-insiders:', 'http://127.0.0.1:*', 'http://localhost:*']

/** Vendors' pages that send the browser on to the app which runs on the person's computer. */
const relays: Record<string, readonly string[]> = {
  'https://vscode.dev': editor,
  'https://insiders.vscode.dev': editor,
}
