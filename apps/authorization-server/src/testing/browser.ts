/** What a person sees and fills in: a page that was reached, and its forms. */
export interface Page {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** A browser without scripts: keeps cookies, follows redirects while they stay at the server. */
export interface Browser {
  open(url: string): Promise<Page>
  /** Posts the page's form with these fields, hidden ones included. Other fields are left out. */
  submit(page: Page, fields: readonly (readonly [string, string])[]): Promise<Page>
  readonly cookies: ReadonlyMap<string, string>
}

/** @param issuer the browser stops where it would leave this origin; the page's `url` then is the one it would go to */
export function createBrowser(issuer: string): Browser {
  const cookies = new Map<string, string>()

  const request = async (url: URL, init: RequestInit = {}): Promise<Page> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = {
      accept: 'text/html',
      'sec-fetch-site': 'same-origin',
      ...(cookie && { cookie }),
    }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    keepCookies(cookies, response.headers)
    const location = response.headers.get('location')
    const text = await response.text()
    if (location === null) return { url, status: response.status, headers: response.headers, text }
    const next = new URL(location, url)
    if (next.origin === issuer) return request(next)
    return { url: next, status: response.status, headers: response.headers, text }
  }
  return {
    cookies,
    open: (url) => request(new URL(url, issuer)),
    submit(page, fields) {
      const hidden = hiddenFields(page.text).filter(([name]) =>
        ['csrf', 'step', 'adds_to', 'xsrf'].includes(name),
      )
      const action = /<form[^>]*action="([^"]*)"/.exec(page.text)?.[1] ?? page.url.href
      return request(new URL(unescapeHtml(action), page.url), {
        method: 'POST',
        body: new URLSearchParams([
          ...hidden,
          ...fields.map(([name, value]): [string, string] => [name, value]),
        ]),
      })
    },
  }
}

function hiddenFields(page: string): [string, string][] {
  return [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
    ([, name, value]) => [name!, unescapeHtml(value!)],
  )
}

function keepCookies(cookies: Map<string, string>, headers: Headers): void {
  for (const line of headers.getSetCookie()) {
    const [pair] = line.split(';')
    const equals = pair!.indexOf('=')
    const name = pair!.slice(0, equals)
    const value = pair!.slice(equals + 1)
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name)
    else cookies.set(name, value)
  }
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
