import { createHash, randomBytes } from 'node:crypto'
import { type Browser, createBrowser, type Page } from './browser.ts'
import type { TestServer } from './server.ts'

export const redirectUri = 'http://127.0.0.1:5555/callback'

export const demoPassword = 'neonpanel-demo'

export interface AuthorizationRequest {
  readonly clientId?: string
  readonly redirectUri?: string
  readonly scope?: string | undefined
  /** More parameters, or others than the usual ones; undefined leaves one out. */
  readonly parameters?: Readonly<Record<string, string | undefined>>
}

export interface TokenAnswer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: an answer whose members the test names
  readonly body: any
}

/** An authorization URL with PKCE, and its verifier. */
export function authorizationUrl(issuer: string, request: AuthorizationRequest = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const parameters: Record<string, string | undefined> = {
    client_id: request.clientId ?? 'local-client',
    redirect_uri: request.redirectUri ?? redirectUri,
    response_type: 'code',
    scope: 'scope' in request ? request.scope : 'read:inventory',
    state: 'the state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...request.parameters,
  }
  const present = Object.entries(parameters).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined
  })
  return { url: `${issuer}/oauth2/authorize?${new URLSearchParams(present)}`, verifier }
}

/** Signs in and authorizes as a person would, all permissions ticked; ends at the client's redirect. */
export async function authorize(
  { issuer }: TestServer,
  request: AuthorizationRequest & { email?: string; browser?: Browser } = {},
): Promise<{ page: Page; code: string; verifier: string; browser: Browser }> {
  const browser = request.browser ?? createBrowser(issuer)
  const { url, verifier } = authorizationUrl(issuer, request)
  let page = await browser.open(url)
  if (page.text.includes('name="password"')) {
    page = await signIn(browser, page, request.email)
  }
  if (page.text.includes('value="authorize"')) page = await consent(browser, page)
  return { page, code: page.url.searchParams.get('code') ?? '', verifier, browser }
}

export function signIn(
  browser: Browser,
  page: Page,
  email = 'owner@neonpanel.test',
): Promise<Page> {
  return browser.submit(page, [
    ['email', email],
    ['password', demoPassword],
  ])
}

export function consent(browser: Browser, page: Page): Promise<Page> {
  const scopes = [...page.text.matchAll(/name="scope" value="([^"]*)"/g)].map(
    ([, scope]) => ['scope', scope!] as const,
  )
  return browser.submit(page, [
    ...scopes,
    ['companies', 'all'],
    ['started_by_me', '1'],
    ['decision', 'authorize'],
  ])
}

/** Calls an endpoint with a form. */
export async function post(
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  }
}

export function redeem(
  { issuer }: TestServer,
  { code, verifier }: { code: string; verifier: string },
  form: Record<string, string> = {},
): Promise<TokenAnswer> {
  return post(`${issuer}/oauth2/token`, {
    grant_type: 'authorization_code',
    client_id: 'local-client',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...form,
  })
}

export function refresh(
  { issuer }: TestServer,
  refreshToken: string,
  form: Record<string, string> = {},
): Promise<TokenAnswer> {
  return post(`${issuer}/oauth2/token`, {
    grant_type: 'refresh_token',
    client_id: 'local-client',
    refresh_token: refreshToken,
    ...form,
  })
}

/** The whole way to tokens. */
export async function tokens(server: TestServer, request: Parameters<typeof authorize>[1] = {}) {
  const authorized = await authorize(server, request)
  const clientId = request.clientId ?? 'local-client'
  const answer = await redeem(server, authorized, {
    client_id: clientId,
    redirect_uri: request.redirectUri ?? redirectUri,
  })
  return { ...answer, browser: authorized.browser }
}
