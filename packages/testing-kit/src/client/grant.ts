import { createPerson, type Decision, type Person, type PersonName } from '../person/people.ts'
import type { Answer, RequestParameters } from './http.ts'
import {
  type ClientIdentity,
  localClient,
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
}

/** A person authorizes a client: the code, and how to redeem it. */
export async function codeFlow(servers: Servers, wish: GrantWish = {}) {
  const {
    person: who = 'owner',
    client: identity = localClient,
    scope,
    request = {},
    ...decision
  } = wish
  const client = oauthClient(servers, identity)
  const person = typeof who === 'string' ? createPerson(servers.issuer, who) : who
  const asked = client.authorization({ ...(scope === undefined ? {} : { scope }), ...request })
  const callback = await person.authorize(asked.url, decision)
  const code = callback.searchParams.get('code') ?? ''
  const redeem = (changes?: RequestParameters): Promise<Answer<TokenBody>> =>
    client.redeem(code, asked.verifier, changes)
  return { ...asked, client, person, callback, code, redeem }
}

/** A person authorizes a client, up to its tokens. */
export async function tokensFor(servers: Servers, wish: GrantWish = {}) {
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
