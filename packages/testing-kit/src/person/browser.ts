import { CookieJar } from 'tough-cookie'
import { control, openPopover, type Page, parsePage, submission } from './page.ts'

/** A browser without script: a cookie jar, pages, and forms that are submitted as a browser would. */
export interface Browser {
  readonly jar: CookieJar
  /** Follows redirects within the site; a redirect that leads out of it ends as a page with status 0. */
  open(url: string | URL): Promise<Page>
  /** Presses a button by its accessible name; one that opens a popover leaves the page as it is, with it open. */
  press(page: Page, buttonName: string): Promise<Page>
  submit(request: { url: URL; method: string; fields: URLSearchParams }): Promise<Page>
}

const mostRedirects = 12

/** @param site origin of the server that the browser stays on */
export function createBrowser(site: string): Browser {
  const jar = new CookieJar()

  async function load(first: URL, init: RequestInit): Promise<Page> {
    let url = first
    let next = init
    for (let hop = 0; hop < mostRedirects; hop++) {
      const response = await fetchWithCookies(jar, url, next)
      const location = response.headers.get('location')
      if (response.status < 300 || response.status > 399 || location === null) {
        return parsePage(url, response.status, response.headers, await response.text())
      }
      await response.body?.cancel()
      url = new URL(location, url)
      if (url.origin !== new URL(site).origin) return parsePage(url, 0, response.headers, '')
      next = {}
    }
    throw new Error(`More than ${mostRedirects} redirects from ${first.pathname}`)
  }

  const submit: Browser['submit'] = ({ url, method, fields }) => {
    if (method !== 'GET') {
      const headers = { origin: url.origin, 'sec-fetch-site': 'same-origin' }
      return load(url, { method, body: fields, headers })
    }
    url.search = fields.toString()
    return load(url, {})
  }

  return {
    jar,
    open: (url) => load(new URL(url), {}),
    press: async (page, name) => {
      const { element } = control(page, 'button', name)
      return openPopover(page, element) ? page : submit(submission(page, element))
    },
    submit,
  }
}

async function fetchWithCookies(jar: CookieJar, url: URL, init: RequestInit): Promise<Response> {
  const headers = new Headers({ accept: 'text/html', ...(init.headers as Record<string, string>) })
  const cookies = await jar.getCookieString(url.href)
  if (cookies) headers.set('cookie', cookies)
  const response = await fetch(url, { ...init, headers, redirect: 'manual' })
  for (const cookie of response.headers.getSetCookie()) {
    await jar.setCookie(cookie, url.href, { ignoreError: true })
  }
  return response
}
