import { type Answer, NoAnswer } from '../../ask.ts'
import type { Examination } from '../../examination.ts'
import { isPage } from '../../html.ts'

const pathOfSignIn = /(?:^|[/._-])(?:log-?in|sign-?in|sso|saml|oauth2?|auth|account)(?:[/._?-]|$)/i

/** Tells where the MCP URL redirects to: the right URL, or a page for people. */
export async function tellRedirect(
  { mcpUrl, ask, found }: Examination,
  redirect: Answer,
): Promise<void> {
  const { status, headers, exchange } = redirect
  const location = headers.get('location') ?? ''
  const target = URL.parse(location, mcpUrl)
  const detail = { where: mcpUrl, got: `HTTP ${status} to ${location}` }
  if (!target) {
    found('endpoint_redirects', { ...detail, expected: 'no redirect', exchanges: [exchange] })
    return
  }
  const page = await landing(ask, target.href)
  const exchanges = page ? [exchange, page.exchange] : [exchange]
  const { pathname } = new URL(mcpUrl)
  const samePlace = target.pathname.replace(/\/$/, '') === pathname.replace(/\/$/, '')
  if (
    !samePlace &&
    (pathOfSignIn.test(target.pathname) || (page?.status === 200 && isPage(page)))
  ) {
    const expected = '401 with WWW-Authenticate: Bearer'
    found('redirects_to_login_page', { ...detail, expected, exchanges })
    return
  }
  found('endpoint_redirects', { ...detail, expected: target.href, exchanges })
}

async function landing(ask: Examination['ask'], url: string): Promise<Answer | undefined> {
  try {
    return await ask({ url, headers: { accept: 'text/html, application/json' } })
  } catch (error) {
    if (error instanceof NoAnswer) return undefined
    throw error
  }
}
