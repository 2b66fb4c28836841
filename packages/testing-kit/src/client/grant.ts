import { createPerson, type Decision, type Person, type PersonName } from '../person/people.ts'
import type { Answer, RequestParameters } from './http.ts'
import {
  type AuthorizationRequest,
  type ClientIdentity,
  localClient,
  type OAuthClient,
  oauthClient,
  type Servers,
  type TokenBody,
} from './oauth-client.ts'

export interface GrantWish extends Decision {
  readonly person?: PersonName | Person
  readonly client?: ClientIdentity
  /** Requested scope, space-delimited. */
  readonly scope?: string
  /** Further changes of the authorization request. */
  readonly request?: RequestParameters
  /** Further parameters of the request that redeems the code. */
  readonly redemption?: RequestParameters
}

/** What came of an authorization request, and how to go on. */
export interface Authorization extends AuthorizationRequest {
  readonly client: OAuthClient
  readonly person: Person
  /** Where the browser was sent: the redirect URI with `code` or `error`. */
  readonly callback: URL
  /** Empty when it was refused. */
  readonly code: string
  /** Redeems the code; `changes` replace or, by `undefined`, leave out parameters. */
  redeem(changes?: RequestParameters): Promise<Answer<TokenBody>>
}

/** Tokens, and who holds them by whose leave. */
export interface IssuedTokens extends TokenBody {
  /** Empty when there is none. */
  readonly refresh_token: string
  readonly client: OAuthClient
  readonly person: Person
}

/** A person authorizes a client: the code, and how to redeem it. */
export async function codeFlow(servers: Servers, wish: GrantWish = {}): Promise<Authorization> {
  const {
    person: who = 'owner',
    client: identity = localClient,
    scope,
    request = {},
    redemption = {},
    ...decision
  } = wish
  const client = oauthClient(servers, identity)
  const person = typeof who === 'string' ? createPerson(servers.issuer, who) : who
  const asked = client.authorization({ ...(scope === undefined ? {} : { scope }), ...request })
  const callback = await person.authorize(asked.url, decision)
  const code = callback.searchParams.get('code') ?? ''
  const redeem = (changes?: RequestParameters): Promise<Answer<TokenBody>> =>
    client.redeem(code, asked.verifier, { ...redemption, ...changes })
  return { ...asked, client, person, callback, code, redeem }
}

/** A person authorizes a client, up to its tokens. */
export async function tokensFor(servers: Servers, wish: GrantWish = {}): Promise<IssuedTokens> {
  const flow = await codeFlow(servers, wish)
  const error = flow.callback.searchParams.get('error')
  if (error) throw new Error(`${error}: ${flow.callback.searchParams.get('error_description')}`)
  const { status, body } = await flow.redeem()
  if (status !== 200) throw new Error(`${status} ${body.error}: ${body.error_description}`)
  return {
    ...body,
    refresh_token: body.refresh_token ?? '',
    client: flow.client,
    person: flow.person,
  }
}
