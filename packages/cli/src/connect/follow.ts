const furthest = 10

/**
 * Follows the redirects of an authorization request with plain GET requests, for servers that consent by themselves.
 *
 * @returns where the browser would have been sent: the first address at the client's redirect URI, or one that is no
 *   http address
 * @throws Error that says where it stayed
 */
export async function followRedirects(authorization: URL, timeoutMs: number): Promise<URL> {
  const redirectUri = authorization.searchParams.get('redirect_uri') ?? ''
  let url = authorization
  const cookies = new Map<string, string>()
  for (let hops = 0; hops < furthest; hops += 1) {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: cookies.get(url.origin) ?? '' },
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await answer.text()
    cookies.set(url.origin, withCookies(cookies.get(url.origin), answer))
    const location = answer.headers.get('location')
    if (answer.status < 300 || answer.status > 399 || !location) throw stayed(url, answer, text)
    url = new URL(location, url)
    if (url.href.startsWith(redirectUri) || !/^https?:$/.test(url.protocol)) return url
  }
  throw new Error(`${furthest} redirects, and the last one to ${url.origin}${url.pathname}`)
}

/** The cookies of an origin; over a few redirects, paths and lifetimes of them make no difference. */
function withCookies(known: string | undefined, { headers }: Response): string {
  const added = headers.getSetCookie().map((cookie) => cookie.split(';')[0]!)
  return [...(known ? [known] : []), ...added].join('; ')
}

function stayed(url: URL, { status }: Response, text: string): Error {
  const where = `${url.origin}${url.pathname} answered ${status}`
  if (status >= 400) return new Error(`${where}${headingOf(text)}`)
  return new Error(
    `${where} with a page for a person${headingOf(text)}; without --follow a browser opens it`,
  )
}

/** What a page says of itself. */
function headingOf(html: string): string {
  const [, heading] =
    /<h1[^>]*>(.*?)<\/h1>/is.exec(html) ?? /<title>(.*?)<\/title>/is.exec(html) ?? []
  const text = heading?.replaceAll(/<[^>]*>/g, '').trim()
  return text ? ` (“${text}”)` : ''
}
