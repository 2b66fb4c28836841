import { randomUUID } from 'node:crypto'
import type { FlowStep } from '@neonpanel/flows/story'
import { SignJWT } from 'jose'
import { z } from 'zod'
import type { Attempt } from './attempt.ts'
import type { CodeGrant } from './authorization.ts'
import type { Discovered } from './discovery.ts'
import type { KnownClient } from './registration.ts'
import { errorOf } from './request-parts.ts'
import { ClientStop } from './stop.ts'

const tokensSchema = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().optional(),
  refresh_token: z.string().optional(),
  scope: z.string().optional(),
})

/** A token response (RFC 6749 section 5.1). */
export type Tokens = z.output<typeof tokensSchema>

/** Redeems the code. */
export async function redeem(
  attempt: Attempt,
  discovered: Discovered,
  client: KnownClient,
  grant: CodeGrant,
): Promise<Tokens> {
  const tokens = await askForTokens(attempt, discovered, client, {
    grant_type: 'authorization_code',
    code: grant.code,
    code_verifier: grant.verifier,
    redirect_uri: grant.redirectUri,
    resource: grant.resource,
    audience: attempt.persona.authorization.sendsAudience ? grant.resource : undefined,
  })
  attempt.journal.did('token', 'Redeemed the code for tokens.')
  return tokens
}

/**
 * Renews the tokens, in as many processes at one moment as the client has.
 *
 * @returns the tokens that the last of them stored
 */
export async function renew(
  attempt: Attempt,
  discovered: Discovered,
  client: KnownClient,
  { grant, refreshToken }: { grant: CodeGrant; refreshToken: string },
): Promise<Tokens> {
  const { refresh, authorization } = attempt.persona
  let stored: Tokens | undefined
  const renewOnce = async () => {
    const renewed = await askForTokens(attempt, discovered, client, {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      scope: refresh.sendsScope ? attempt.enteredScopes?.join(' ') : undefined,
      resource: refresh.sendsResource ? grant.resource : undefined,
      audience: authorization.sendsAudience ? grant.resource : undefined,
    })
    stored = { refresh_token: refreshToken, ...renewed }
  }
  const settled = await Promise.allSettled(Array.from({ length: refresh.concurrent }, renewOnce))
  refuseLostRace(attempt, settled)
  const times = refresh.concurrent > 1 ? ` in ${refresh.concurrent} processes at once` : ''
  attempt.journal.did('token', `Renewed the tokens${times}.`)
  return stored!
}

/** One process alone is refused for a reason of its own; of several, the ones that came too late. */
function refuseLostRace(attempt: Attempt, settled: readonly PromiseSettledResult<void>[]) {
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  const [first] = errors
  if (first === undefined) return
  const isLate = first instanceof ClientStop && first.refusal.reason === 'invalid_grant'
  if (settled.length === 1 || !isLate) throw first
  attempt.stop('token', {
    reason: 'refresh_race_lost',
    says: `Of ${settled.length} processes that renewed with one refresh token at once, ${errors.length} were refused: ${first.message}`,
    got: `${errors.length} of ${settled.length} refused`,
    expected: 'an answer for each',
  })
}

type Parameters = Readonly<Record<string, string | undefined>>

async function askForTokens(
  attempt: Attempt,
  { server }: Discovered,
  client: KnownClient,
  parameters: Parameters,
): Promise<Tokens> {
  const url = server.token_endpoint
  const { headers, fields } = await authentication(client, server)
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...parameters, ...fields })) {
    if (value !== undefined) form.set(name, value)
  }
  const answer = await attempt.ask('token', 'authorization-server', {
    url,
    method: 'POST',
    headers: { accept: 'application/json', ...headers },
    form,
  })
  const tokens = tokensSchema.safeParse(answer.json)
  if (answer.status === 200 && tokens.success) return tokens.data
  const { error, description } = errorOf(answer.json)
  return attempt.stop('token' satisfies FlowStep, {
    reason: error ?? 'token_response_unreadable',
    says: `The token endpoint answered ${answer.status}${error ? ` ${error}` : ''}: ${description ?? 'nothing that the client can read'}.`,
    got: error ? `${answer.status} ${error}` : String(answer.status),
    expected: '200 with access_token',
  })
}

/** How the client proves that it is itself: with its key, its secret, or not at all (RFC 6749 section 2.3, RFC 7523). */
async function authentication(
  { clientId, clientSecret, key }: KnownClient,
  server: Discovered['server'],
): Promise<{ headers: Record<string, string>; fields: Parameters }> {
  if (key) {
    const assertion = await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'RS256', kid: key.kid })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(server.token_endpoint)
      .setIssuedAt()
      .setExpirationTime('2m')
      .sign(key.privateKey)
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    return {
      headers: {},
      fields: { client_id: clientId, client_assertion_type, client_assertion: assertion },
    }
  }
  if (clientSecret === undefined) return { headers: {}, fields: { client_id: clientId } }
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  if (!methods.includes('client_secret_basic')) {
    return { headers: {}, fields: { client_id: clientId, client_secret: clientSecret } }
  }
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':')
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  return { headers: { authorization }, fields: {} }
}
