import { type Browser, createBrowser, type Page } from './browser.ts'
import { signIn } from './flow.ts'
import type { TestServer } from './server.ts'

/** The token of the forms on a page. */
export const csrfOf = (page: Page) => /name="csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? ''

/** A browser whose person came to the console through the sign-in page. */
export async function signedInAt(server: TestServer, email: string): Promise<Browser> {
  const browser = createBrowser(server.issuer)
  await signIn(browser, await browser.open('/console'), email)
  return browser
}

export interface SentForm {
  readonly status: number
  readonly location: string | null
  readonly text: string
}

/** Posts one of the console's forms as its page would. Redirects are not followed. */
export async function sendForm(
  { issuer }: TestServer,
  browser: Browser,
  path: string,
  form: Record<string, string>,
  options: { csrf?: string; site?: string } = {},
): Promise<SentForm> {
  const csrf = options.csrf ?? csrfOf(await browser.open('/console'))
  const answer = await fetch(`${issuer}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      accept: 'text/html',
      cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      'sec-fetch-site': options.site ?? 'same-origin',
    },
    body: new URLSearchParams({ csrf, ...form }),
  })
  return {
    status: answer.status,
    location: answer.headers.get('location'),
    text: await answer.text(),
  }
}
