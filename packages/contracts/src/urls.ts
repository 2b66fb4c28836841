import { z } from 'zod'

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether a URL names this machine; only there plain http is accepted (RFC 8252 section 7.3). */
export function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { hostname } = new URL(url)
  return loopbackHosts.has(hostname) || hostname.endsWith('.localhost')
}

const secureUrl = z.string().refine(
  (url) => {
    if (!URL.canParse(url) || /[?#]/.test(url)) return false
    const { protocol, username, password } = new URL(url)
    if (username || password) return false
    return protocol === 'https:' || (protocol === 'http:' && isLoopbackUrl(url))
  },
  { error: 'must be an https URL without query, fragment or user; http only for a loopback host' },
)

/** An issuer identifier (RFC 8414 section 2): an origin, without trailing slash. */
export const issuerUrl = secureUrl.refine(
  (url) => !URL.canParse(url) || new URL(url).origin === url,
  { error: 'must be an origin such as https://my.neonpanel.com, without path or trailing slash' },
)

/** A canonical resource identifier (RFC 8707 section 2): no trailing slash. */
export const resourceUrl = secureUrl.refine((url) => !url.endsWith('/'), {
  error: 'must not end with a slash',
})
