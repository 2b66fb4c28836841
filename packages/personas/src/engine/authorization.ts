import { createHash, randomBytes } from 'node:crypto'
import type { Attempt } from './attempt.ts'
import type { Discovered } from './discovery.ts'
import type { CallbackListener } from './listener.ts'
import type { KnownClient } from './registration.ts'
import { callbackIdOf, redirectUriOf, resourceFor, scopesFor } from './request-parts.ts'
import { ClientStop } from './stop.ts'

/**
 * The person with their browser: opens the authorization URL, signs in, decides. Gives where the browser was sent in the
 * end, whether that was requested or not; a real browser that reaches a listening client by itself gives nothing. Throws
 * when the browser stays with the authorization server.
 */
export type OpenBrowser = (url: URL) => Promise<URL | undefined>

/** What the client needs to redeem the code. */
export interface CodeGrant {
  readonly code: string
  readonly verifier: string
  readonly redirectUri: string
  readonly resource: string | undefined
  readonly scope: readonly string[] | undefined
}

interface Wish {
  readonly openBrowser: OpenBrowser
  /** How long the client waits for the person. */
  readonly patienceMs: number
  /** Of a client on the person's computer. */
  readonly listener: CallbackListener | undefined
  readonly omitsScope?: boolean
}

/** Sends the person to the authorization endpoint, and checks what their browser brings back. */
export async function authorize(
  attempt: Attempt,
  discovered: Discovered,
  client: KnownClient,
  { omitsScope = false, ...wish }: Wish,
): Promise<CodeGrant> {
  const { persona } = attempt
  const redirectUri = redirectUriOf(persona, {
    registered: client.way === 'dynamic',
    announcesIss: discovered.server.authorization_response_iss_parameter_supported === true,
    port: wish.listener?.port ?? 0,
    callbackId: callbackIdOf(attempt.mcpUrl),
  })
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const scope = omitsScope ? undefined : scopesFor(attempt, discovered)
  const resource = resourceFor(persona, discovered, attempt.mcpUrl)
  const url = new URL(discovered.server.authorization_endpoint)
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    scope: scope?.join(' '),
    resource,
    audience: persona.authorization.sendsAudience ? resource : undefined,
    prompt:
      persona.authorization.promptsForOfflineAccess && scope?.includes('offline_access')
        ? 'consent'
        : undefined,
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  const callback = await throughBrowser(attempt, url, wish)
  const code = readCallback(attempt, discovered, { callback, redirectUri, state })
  return { code, verifier, redirectUri, resource, scope }
}

async function throughBrowser(
  attempt: Attempt,
  url: URL,
  { openBrowser, listener, patienceMs }: Omit<Wish, 'omitsScope'>,
): Promise<URL> {
  const openedAt = new Date()
  try {
    const returned = openBrowser(url).then((ended) => delivered(ended, listener))
    const callback = await withPatience(returned, patienceMs)
    attempt.journal.throughBrowser(url, openedAt, callback)
    return callback
  } catch (error) {
    attempt.journal.throughBrowser(url, openedAt, undefined)
    const got = error instanceof Error ? error.message : String(error)
    return attempt.stop('authorize', {
      reason: 'browser_did_not_return',
      says: `The person’s browser did not come back: ${got}`,
      got,
      expected: url.searchParams.get('redirect_uri') ?? '',
    })
  }
}

async function withPatience<Result>(work: Promise<Result>, patienceMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`nobody came back within ${patienceMs / 1000} s`))
    timer = setTimeout(late, patienceMs)
  })
  return Promise.race([work, over]).finally(() => clearTimeout(timer))
}

/** A browser that only says where it was sent is taken there; one that went there by itself was heard. */
async function delivered(ended: URL | undefined, listener: CallbackListener | undefined) {
  if (!listener) {
    if (ended) return ended
    throw new Error('openBrowser did not say where the browser was sent')
  }
  if (ended && ended.port === String(listener.port)) {
    const answer = await fetch(ended)
    await answer.text()
    if (!answer.ok) return ended
  } else if (ended) return ended
  return listener.callback
}

function readCallback(
  attempt: Attempt,
  { server }: Discovered,
  { callback, redirectUri, state }: { callback: URL; redirectUri: string; state: string },
): string {
  const { searchParams } = callback
  const place = callback.href.split(/[?#]/)[0]
  const expectedPlace = redirectUri.split(/[?#]/)[0]
  if (place !== expectedPlace) {
    attempt.stop('code', {
      reason: 'callback_elsewhere',
      says: 'The browser was sent to another address than the one that was asked for.',
      got: place,
      expected: expectedPlace,
    })
  }
  if (searchParams.get('state') !== state) {
    attempt.stop('code', {
      reason: 'state_mismatch',
      says: 'The answer does not carry the state of the request.',
      got: searchParams.has('state') ? 'another state' : 'no state',
      expected: 'the state that was sent',
    })
  }
  checkIss(attempt, server, searchParams.get('iss'))
  const error = searchParams.get('error')
  if (error) {
    const description = searchParams.get('error_description')
    const says = `The authorization server answered ${error}${description ? `: ${description}` : ''}.`
    const refusal = { reason: error, says, got: error, expected: 'code' }
    throw new ClientStop('authorize', refusal, { denied: error === 'access_denied' })
  }
  const code = searchParams.get('code')
  if (!code) {
    attempt.stop('code', {
      reason: 'code_missing',
      says: 'The browser came back with neither code nor error.',
      got: 'neither',
      expected: 'code',
    })
  }
  attempt.journal.did('code', 'The browser came back with a code.')
  return code
}

/** RFC 9207 section 2.4. */
function checkIss(attempt: Attempt, server: Discovered['server'], iss: string | null): void {
  if (!attempt.persona.authorization.checksIss) return
  const isAnnounced = server.authorization_response_iss_parameter_supported === true
  if (iss === null && !isAnnounced) return
  if (iss === server.issuer) return
  attempt.stop('code', {
    reason: iss === null ? 'iss_missing' : 'iss_mismatch',
    says: 'The answer does not name the issuer that the client asked (RFC 9207).',
    got: iss ?? 'none',
    expected: server.issuer,
  })
}
