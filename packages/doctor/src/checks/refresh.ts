import { randomBytes } from 'node:crypto'
import { inShort } from '../conversation.ts'
import type { Examination } from '../examination.ts'
import { claimsOf, grantedScopes, scopesOf } from '../granted-scope.ts'
import type { AuthorizationServer, Resource, Session } from '../servers.ts'
import { examineRefusal, examineRevocation } from './refresh/endings.ts'
import {
  type GrantClient,
  grantClient,
  type Renewal,
  renewalInShort,
} from './refresh/token-endpoint.ts'
import { present } from './token/acceptance.ts'

interface SignedIn {
  readonly resource: Resource
  readonly server: AuthorizationServer
  readonly session: Session
  /** Whether the MCP endpoint takes the first token; where it does not, that was told. */
  readonly isAccepted?: boolean
}

/**
 * Renews the doctor's own grant as clients do, then as they should not, and gives everything back: nothing of it stays
 * behind where the server offers revocation.
 */
export async function examineRefresh(given: Examination, signedIn: SignedIn): Promise<void> {
  const examination = sayingOnce(given)
  const { server, session, isAccepted = true } = signedIn
  const { grant } = session
  if (!grant) return
  const client = grantClient(examination.ask, server, grant)
  if (!client) return
  if (grant.refreshToken === undefined) {
    tellAbsence(examination, server)
    return giveBack(client, [session.accessToken])
  }
  const first = await renewFirst(examination, { ...signedIn, client, token: grant.refreshToken })
  if (!first) {
    await client.revoke?.(grant.refreshToken, 'refresh_token')
    return giveBack(client, [session.accessToken])
  }
  await examineRenewal(examination, signedIn, first)
  await examineBogus(examination, client)
  const last = await examineFurther(examination, signedIn, {
    client,
    first,
    spent: grant.refreshToken,
  })
  await examineRevocation(examination, client, {
    accessToken: isAccepted ? last.accessToken : undefined,
    refreshToken: last.refreshToken,
  })
  return giveBack(client, [session.accessToken, first.accessToken, last.accessToken])
}

/** Ends access tokens one by one, where they do not end with their grant. */
async function giveBack(
  client: GrantClient,
  tokens: readonly (string | undefined)[],
): Promise<void> {
  const issued = tokens.filter((token) => token !== undefined)
  await Promise.all(issued.map((token) => client.revoke?.(token, 'access_token')))
}

/** Dead tokens are met several times, and refused in the same way. */
function sayingOnce(examination: Examination): Examination {
  const said = new Set<string>()
  return {
    ...examination,
    found(id, detail) {
      if (!said.has(id)) examination.found(id, detail)
      said.add(id)
    },
  }
}

function tellAbsence({ found }: Examination, { metadata }: AuthorizationServer): void {
  const offered = metadata.grant_types_supported?.includes('refresh_token')
  // That a server has none is told with its metadata.
  if (!offered) return
  found('refresh_token_absent', { where: 'refresh_token', got: 'a token response without one' })
}

async function examineBogus(examination: Examination, client: GrantClient): Promise<void> {
  const made = await client.refresh(randomBytes(32).toString('base64url'))
  const where = client.tokenEndpoint
  if (made.accessToken === undefined) return examineRefusal(examination, made, where)
  const shown = { got: renewalInShort(made), expected: 'HTTP 400 invalid_grant' }
  examination.found('bogus_refresh_token_accepted', {
    where,
    ...shown,
    exchanges: [made.answer.exchange],
  })
}

/** With `resource`, as most clients; without it where that is refused. @returns undefined when neither works */
async function renewFirst(
  { found, mcpUrl }: Examination,
  { client, token, resource }: SignedIn & { client: GrantClient; token: string },
): Promise<Renewal | undefined> {
  const identifier = resource.metadata?.resource ?? mcpUrl
  const renewed = await client.refresh(token, identifier)
  const where = client.tokenEndpoint
  if (renewed.body) return renewed
  const plain = await client.refresh(token)
  const exchanges = [renewed.answer.exchange, plain.answer.exchange]
  const got = renewalInShort(renewed)
  if (!plain.body) {
    found('refresh_refused', { where, got, exchanges })
    return undefined
  }
  found('refresh_resource_refused', { where, got, expected: identifier, exchanges })
  return plain
}

/** Looks at what the first refresh brought. */
async function examineRenewal(
  examination: Examination,
  { session, isAccepted = true }: SignedIn,
  renewal: Renewal,
): Promise<void> {
  const { found, mcpUrl } = examination
  const { body = {}, accessToken, answer } = renewal
  const exchanges = [answer.exchange]
  const where = answer.exchange.request.url
  const isBearer = String(body.token_type).toLowerCase() === 'bearer'
  if (accessToken === undefined || !isBearer) {
    const got = renewalInShort(renewal)
    return found('refresh_answer_incomplete', { where, got, exchanges })
  }
  if (typeof body.expires_in !== 'number') found('refresh_expires_in_missing', { where, exchanges })
  examineScope(examination, session, renewal)
  if (!isAccepted) return
  const met = await present(examination, accessToken)
  if (met.reception === 'accepted' || met.reception === 'unknown') return
  const shown = [...exchanges, met.answer.exchange]
  found('refreshed_token_refused', { where: mcpUrl, got: inShort(met.answer), exchanges: shown })
}

/** Compares the scope with that of the first token, by what the answer and the token say (RFC 6749 section 6). */
function examineScope(
  { found }: Examination,
  session: Session,
  { body, accessToken = '', answer }: Renewal,
) {
  const before = grantedScopes(session)
  const inside = grantedScopes({ accessToken })
  const told = typeof body?.scope === 'string' ? scopesOf(body.scope) : undefined
  const after = told && inside ? told.filter((scope) => inside.includes(scope)) : (told ?? inside)
  if (!before || !after || before.every((scope) => after.includes(scope))) return
  const [got, expected] = [after.join(' ') || 'no scope', before.join(' ')]
  found('refresh_scope_lost', { where: 'scope', got, expected, exchanges: [answer.exchange] })
}

/**
 * Without `resource`, the same token twice, and a token that was replaced long ago.
 *
 * @returns what is alive in the end
 */
async function examineFurther(
  examination: Examination,
  { session }: SignedIn,
  { client, first, spent }: { client: GrantClient; first: Renewal; spent: string },
): Promise<{ accessToken: string | undefined; refreshToken: string | undefined }> {
  const { found } = examination
  const where = client.tokenEndpoint
  const second = first.refreshToken
  if (second === undefined || second === spent) {
    const exchanges = [first.answer.exchange]
    if (client.isPublic && !isBound(session.accessToken)) {
      const got = second === undefined ? 'no refresh_token' : 'the same refresh token'
      found('refresh_token_not_rotated', { where, got, expected: 'a new refresh_token', exchanges })
    }
    const plain = await client.refresh(spent)
    tellResource(examination, first, plain)
    return { accessToken: plain.accessToken ?? first.accessToken, refreshToken: spent }
  }
  const plain = await client.refresh(second)
  tellResource(examination, first, plain)
  const third = plain.refreshToken
  if (third === undefined) return { accessToken: first.accessToken, refreshToken: second }

  // As after a lost answer: its successor was not used.
  const retried = await client.refresh(second)
  if (!retried.body) examineRefusal(examination, retried, where)
  const fourth = await client.refresh(third)
  if (!fourth.body && !retried.body) {
    const exchanges = [retried.answer.exchange, fourth.answer.exchange]
    found('refresh_retry_ends_login', { where, got: renewalInShort(fourth), exchanges })
  }
  const alive = fourth.body ? fourth : retried
  const reused = await client.refresh(spent)
  if (reused.accessToken !== undefined) {
    const shown = { got: renewalInShort(reused), expected: 'HTTP 400 invalid_grant' }
    found('refresh_reuse_accepted', { where, ...shown, exchanges: [reused.answer.exchange] })
  } else if (retried.body) examineRefusal(examination, reused, where)
  return {
    accessToken: alive.accessToken ?? plain.accessToken,
    refreshToken: reused.refreshToken ?? alive.refreshToken ?? third,
  }
}

/** Whether the token is for a key that the client proves (RFC 9449, RFC 8705). */
const isBound = (token: string) => claimsOf(token)?.cnf !== undefined

/** Compares the token of a refresh without `resource` with one that had it. */
function tellResource({ found }: Examination, named: Renewal, plain: Renewal): void {
  const where = plain.answer.exchange.request.url
  const exchanges = [plain.answer.exchange]
  if (!plain.body) {
    found('refresh_resource_needed', { where, got: renewalInShort(plain), exchanges })
    return
  }
  const audience = (token = '') => JSON.stringify(claimsOf(token)?.aud)
  const [expected, got] = [audience(named.accessToken), audience(plain.accessToken)]
  if (got === expected) return
  found('refresh_resource_needed', { where, got: `aud ${got}`, expected, exchanges })
}
