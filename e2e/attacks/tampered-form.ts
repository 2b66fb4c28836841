import { send } from '@neonpanel/testing-kit/client/http'
import { control, type Page, submission } from '@neonpanel/testing-kit/person/page'
import type { Person } from '@neonpanel/testing-kit/person/people'

/** Posts a page's form with other fields or headers than a browser would. */
export async function postTampered(
  person: Person,
  page: Page,
  button: string,
  change: (fields: URLSearchParams) => void = () => {},
  headers: Record<string, string> = {},
) {
  const { url, fields } = submission(page, control(page, 'button', button).element)
  change(fields)
  return send(url, {
    method: 'POST',
    body: fields,
    headers: {
      accept: 'text/html',
      cookie: await person.jar.getCookieString(url.href),
      origin: page.url.origin,
      ...headers,
    },
  })
}
