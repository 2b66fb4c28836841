import type { Examination } from '../../examination.ts'
import type { AuthorizationServer } from '../../servers.ts'
import { attempted } from '../attempted.ts'
import { askToRegister, invalidOnPurpose } from '../registration/attempt.ts'
import { askPreflight, isOk, notAllowed, preflightSays, readAllowed } from './access-control.ts'

interface Page {
  readonly origin: string
  readonly server: AuthorizationServer
}

/** Whether pages can register, redeem codes and revoke tokens; and not read the authorization endpoint. */
export async function examineAuthorizationServer(x: Examination, page: Page): Promise<void> {
  const { metadata } = page.server
  const at = (url: string | undefined, run: (url: string) => Promise<void>) =>
    url !== undefined && URL.canParse(url) ? run(url) : undefined
  await Promise.all([
    at(metadata.registration_endpoint, (url) => examineRegistration(x, url, page)),
    at(metadata.token_endpoint, (url) => examineToken(x, url, page)),
    at(metadata.revocation_endpoint, (url) => examineRevocation(x, url, page)),
    at(metadata.authorization_endpoint, (url) => examineAuthorize(x, url, page)),
  ])
}

async function examineRegistration(x: Examination, url: string, { origin }: Page) {
  const [asked, answer] = await Promise.all([
    askPreflight(x, url, { origin, headers: ['content-type'] }),
    attempted(askToRegister(x, url, invalidOnPurpose, { origin })),
  ])
  // What is not there, or broken, was found with registration.
  if (!asked || !answer || answer.status === 404 || answer.status >= 500) return
  // A page that lacks the initial access token is stopped by that first.
  const level = answer.status === 401 ? 'warning' : 'error'
  const allowed = readAllowed(asked, origin)
  const missing = notAllowed(['content-type'], allowed)
  if (!isOk(asked) || allowed.origin !== 'page' || missing.length > 0) {
    const headers = missing.length > 0 ? `, without ${missing.join(', ')}` : ''
    const detail = { where: url, got: preflightSays(asked) + headers, exchanges: [asked.exchange] }
    x.found('registration_preflight_refused', { ...detail, expected: '204', level })
    return
  }
  const { origin: allows, told } = readAllowed(answer, origin)
  if (allows === 'page') return
  const got = told ?? `${answer.status} without Access-Control-Allow-Origin`
  const detail = { where: url, got, expected: '*', exchanges: [answer.exchange] }
  x.found('registration_without_cors', { ...detail, level })
}

async function examineToken(x: Examination, url: string, { origin }: Page) {
  const form = { grant_type: 'authorization_code', code: 'none', client_id: 'neonpanel-doctor' }
  const [asked, answer] = await Promise.all([
    askPreflight(x, url, { origin, headers: ['content-type'] }),
    attempted(x.ask({ url, form: { ...form, code_verifier: 'none' }, headers: { origin } })),
  ])
  if (!asked || !answer || answer.status >= 500) return
  if (readAllowed(answer, origin).origin === 'page') return
  // Servers that know which origins are a client's allow none to the client of this request, which is nobody.
  const isAllowed = isOk(asked) && readAllowed(asked, origin).origin === 'page'
  x.found('token_without_cors', {
    where: url,
    got: readAllowed(answer, origin).told ?? 'no Access-Control-Allow-Origin',
    expected: origin,
    exchanges: [answer.exchange, asked.exchange],
    level: isAllowed ? 'warning' : 'error',
  })
}

async function examineRevocation(x: Examination, url: string, { origin }: Page) {
  const asked = await askPreflight(x, url, { origin, headers: ['content-type'] })
  if (!asked) return
  if (isOk(asked) && readAllowed(asked, origin).origin === 'page') return
  const got = preflightSays(asked)
  x.found('revocation_without_cors', {
    where: url,
    got,
    expected: '204',
    exchanges: [asked.exchange],
  })
}

/** OAuth 2.1 section 3.1 forbids it there. */
async function examineAuthorize(x: Examination, url: string, { origin }: Page) {
  const answer = await attempted(x.ask({ url, headers: { origin } }))
  const told = answer && readAllowed(answer, origin).told
  if (!answer || told === undefined) return
  const detail = { where: url, got: told, expected: 'no such header' }
  x.found('authorization_endpoint_with_cors', { ...detail, exchanges: [answer.exchange] })
}
