import type * as oauth from 'oauth4webapi'
import { CommandFailure } from '../failure.ts'
import { signInByBrowser } from './browser.ts'
import {
  type ClientWish,
  givenClient,
  isUnknownClient,
  type KnownClient,
  registerClient,
  serves,
} from './client.ts'
import { type DeviceInvitation, signInByDevice } from './device.ts'
import { type Discovered, discover } from './discovery.ts'
import { explainRefusal } from './http.ts'
import { type Loopback, listenOnLoopback } from './loopback.ts'
import type { Tokens } from './tokens.ts'

/** How to sign in. */
export interface SignInOptions extends ClientWish {
  /** Scopes to ask for; default: what the server's challenge names. */
  readonly scopes?: readonly string[] | undefined
  /** What an earlier sign-in left: its client is used again, and its scopes are asked for again. */
  readonly earlier?: (
    issuer: string,
    resource: string,
  ) => { readonly client: KnownClient; readonly scope: string } | undefined
  /** The port of the loopback redirect; default: any that is free. */
  readonly callbackPort?: number | undefined
  /** How long the person may take; default five minutes, by a code as long as that lives. */
  readonly timeoutMs?: number | undefined
  /** Shows the address to sign in at, and opens it or not. */
  readonly show: (url: URL) => void
  /** Shows the code of the device flow. */
  readonly invite: (invitation: DeviceInvitation) => void
  /** Says what goes along: which client is used, which answers were not ours. */
  readonly tell: (text: string) => void
}

/** A sign-in that succeeded. Nothing of it is stored. */
export interface SignedIn {
  readonly tokens: Tokens
  readonly client: KnownClient
  readonly clientId: string
  readonly clientSecret?: string | undefined
  readonly issuer: string
  readonly resource: string
  readonly authorizationServer: oauth.AuthorizationServer
}

const defaultTimeoutMs = 300_000
/** A code ends by itself, when its server says so. */
const defaultDeviceTimeoutMs = 1_800_000

/**
 * Signs a person in at any MCP server: discovery, a client, the person's consent, tokens.
 *
 * @throws NoSignInNeeded when the server wants no token; CommandFailure that says what is wrong and what to do
 */
export async function signIn(mcpUrl: string, options: SignInOptions): Promise<SignedIn> {
  const discovered = await discover(mcpUrl)
  const { authorizationServer, resource } = discovered
  const earlier = options.earlier?.(authorizationServer.issuer, resource)
  const attempt: Attempt = {
    discovered,
    options,
    scope: scopeToAsk(discovered, options.scopes, earlier?.scope),
    remembered: earlier?.client,
  }
  const { client, tokens } = await withDeadline(options, (signal) =>
    signInOnce(attempt, signal).catch((error: unknown) => {
      if (attempt.remembered === undefined || !isUnknownClient(error)) throw error
      options.tell(
        `${authorizationServer.issuer} does not know the client ${attempt.remembered.clientId} any more.`,
      )
      return signInOnce({ ...attempt, remembered: undefined }, signal)
    }),
  ).catch((error: unknown) => {
    throw explainRefusal(error, `sign in at ${authorizationServer.issuer}`)
  })
  const { clientId, clientSecret } = client
  const { issuer } = authorizationServer
  return { tokens, client, clientId, clientSecret, issuer, resource, authorizationServer }
}

interface Attempt {
  readonly discovered: Discovered
  readonly options: SignInOptions
  readonly scope: string
  readonly remembered: KnownClient | undefined
}

async function signInOnce(
  attempt: Attempt,
  signal: AbortSignal,
): Promise<{ client: KnownClient; tokens: Tokens }> {
  const { options, discovered, scope } = attempt
  await using loopback = await openLoopback(attempt)
  const client = await chooseClient(attempt, loopback)
  if (client.source === 'demo') {
    options.tell(
      `Registration at ${discovered.authorizationServer.issuer} needs an initial access token: signing in as its demo client ${client.clientId}.`,
    )
  }
  const tokens = options.device
    ? await signInByDevice(discovered, client, { scope, signal, invite: options.invite })
    : await signInByBrowser(discovered, client, { scope, signal, loopback, show: options.show })
  return { client, tokens }
}

function chooseClient(
  { options, discovered, remembered }: Attempt,
  loopback: Loopback,
): KnownClient | Promise<KnownClient> {
  const { clientId, clientSecret, initialAccessToken } = options
  if (clientId !== undefined) {
    return givenClient(discovered.authorizationServer, clientId, clientSecret, options.callbackPort)
  }
  if (remembered && initialAccessToken === undefined && serves(remembered, options)) {
    const { redirectPort = loopback.port } = remembered
    if (options.device || redirectPort === loopback.port) return remembered
  }
  return registerClient(discovered, loopback.redirectUri, options)
}

/** On the port that the remembered client was registered with, if it is free. */
async function openLoopback({ options, remembered }: Attempt): Promise<Loopback> {
  const onStranger = () =>
    options.tell(
      'An answer came that does not belong to this sign-in (its state is another): it was not used. Still waiting.',
    )
  const { callbackPort } = options
  const preferred = callbackPort ?? remembered?.redirectPort ?? 0
  try {
    return await listenOnLoopback(preferred, onStranger)
  } catch (cause) {
    if (callbackPort === undefined) return listenOnLoopback(0, onStranger)
    throw new CommandFailure(
      `Cannot listen on 127.0.0.1:${callbackPort}: another program may do so. Choose another --callback-port.`,
      { cause },
    )
  }
}

/**
 * What was asked for by name, or what the challenge names, and what is there already: signing in for one scope more loses
 * none. A refresh token is asked for where that takes a scope (OpenID Connect Core section 11).
 */
function scopeToAsk(
  { scopes: challenged, authorizationServer: { scopes_supported: supported = [] } }: Discovered,
  wished: readonly string[] | undefined,
  earlier = '',
): string {
  const asked = wished && wished.length > 0 ? wished : challenged
  const refresh = asked.length > 0 && supported.includes('offline_access') ? ['offline_access'] : []
  const all = [...earlier.split(' ').filter(Boolean), ...asked, ...refresh]
  return [...new Set(all)].join(' ')
}

async function withDeadline<T>(
  { device, timeoutMs = device ? defaultDeviceTimeoutMs : defaultTimeoutMs }: SignInOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    return await work(signal)
  } catch (error) {
    if (!signal.aborted) throw error
    const seconds = timeoutMs / 1000
    const advice = device
      ? 'Run neonpanel login again'
      : 'If the page showed an error about the client, forget it with neonpanel logout; then run neonpanel login again'
    throw new CommandFailure(
      `Nobody finished the sign-in ${device ? 'on the other device' : 'in the browser'} within ${seconds} seconds. ${advice} (--timeout waits longer).`,
      { cause: error },
    )
  }
}
