import type { CryptoKey } from 'jose'
import { z } from 'zod'
import { fillIn, type RegistrationWay } from '../persona.ts'
import type { Attempt } from './attempt.ts'
import { type Discovered, findServerMetadata, type ServerMetadata } from './discovery.ts'
import { callbackIdOf, errorOf, scopesFor } from './request-parts.ts'

/** How the client is to become known, where it is not left to itself. */
export type Registration =
  /** Somebody entered an id for it, and a secret with it or not. */
  | { readonly clientId: string; readonly clientSecret?: string }
  /** Somebody makes its registration for it, with an initial access token: no client sends one by itself. */
  | { readonly initialAccessToken: string }

/** A key that the client proves itself with (RFC 7523), as its document's `jwks_uri` publishes it. */
export interface ClientKey {
  readonly kid: string
  readonly privateKey: CryptoKey
}

/** The client as the authorization server knows it. */
export interface KnownClient {
  readonly way: RegistrationWay
  readonly clientId: string
  readonly clientSecret?: string | undefined
  readonly key?: ClientKey | undefined
}

const informationSchema = z.looseObject({
  client_id: z.string().min(1),
  client_secret: z.string().optional(),
})

/** Makes the client known by the first of its ways that the server offers. */
export async function becomeKnown(
  attempt: Attempt,
  discovered: Discovered,
  { registration, key, port }: { registration?: Registration; key?: ClientKey; port: number },
): Promise<KnownClient> {
  if (registration && 'clientId' in registration) {
    attempt.journal.did('register', `Was told its client id, ${registration.clientId}.`)
    return { way: 'static', ...registration }
  }
  const token = registration?.initialAccessToken
  const way = token === undefined ? chooseWay(attempt, discovered.server) : 'dynamic'
  if (way === 'document') return knownByDocument(attempt, discovered.server, key)
  return register(attempt, discovered, port, token)
}

function chooseWay(attempt: Attempt, server: ServerMetadata): 'document' | 'dynamic' {
  const { ways, document } = attempt.persona.registration
  const methods = server.token_endpoint_auth_methods_supported ?? []
  const documentTaken =
    server.client_id_metadata_document_supported === true &&
    (!document?.needsPublicClients || methods.includes('none'))
  if (document && ways.includes('document') && documentTaken) return 'document'
  if (ways.includes('dynamic') && server.registration_endpoint) return 'dynamic'
  return attempt.stop('register', {
    reason: 'client_id_needed',
    says: 'The server offers no way in that this client knows: somebody has to enter a client id.',
    got: 'no registration_endpoint, no usable client_id_metadata_document_supported',
    expected: ways.join(' or '),
  })
}

function knownByDocument(
  attempt: Attempt,
  server: ServerMetadata,
  key: ClientKey | undefined,
): KnownClient {
  const document = attempt.persona.registration.document!
  const callback_id = callbackIdOf(attempt.mcpUrl)
  const announcesIss = server.authorization_response_iss_parameter_supported === true
  const url = announcesIss ? document.url : (document.urlWithoutIss ?? document.url)
  const clientId = fillIn(url, { callback_id })
  const takesKeys = server.token_endpoint_auth_methods_supported?.includes('private_key_jwt')
  attempt.journal.did('register', `Is known by its metadata document, ${clientId}.`)
  return {
    way: 'document',
    clientId,
    key: document.hasKeys && takesKeys ? key : undefined,
  }
}

async function register(
  attempt: Attempt,
  discovered: Discovered,
  port: number,
  initialAccessToken: string | undefined,
): Promise<KnownClient> {
  const { persona } = attempt
  const server = persona.registration.readsMetadataAgain
    ? await findServerMetadata(attempt, discovered.server.issuer)
    : discovered.server
  if (!server.registration_endpoint) {
    attempt.stop('register', {
      reason: 'registration_endpoint_missing',
      says: 'The metadata names no registration endpoint.',
      got: 'none',
      expected: 'registration_endpoint',
    })
  }
  const answer = await attempt.ask('register', 'authorization-server', {
    url: server.registration_endpoint,
    method: 'POST',
    headers: {
      accept: 'application/json',
      ...(initialAccessToken && { authorization: `Bearer ${initialAccessToken}` }),
    },
    body: registrationBody(attempt, { ...discovered, server }, port),
  })
  const information = informationSchema.safeParse(answer.json)
  if ((answer.status !== 201 && answer.status !== 200) || !information.success) {
    const { error, description } = errorOf(answer.json)
    attempt.stop('register', {
      reason:
        answer.status === 401 || answer.status === 403
          ? 'registration_closed'
          : 'registration_refused',
      says: `Registration answered ${answer.status}${error ? ` ${error}` : ''}: ${description ?? 'no reason that the client can read'}.`,
      got: error ? `${answer.status} ${error}` : String(answer.status),
      expected: '201 with client_id',
    })
  }
  const { client_id, client_secret } = information.data
  attempt.journal.did('register', `Registered and became ${client_id}.`)
  return { way: 'dynamic', clientId: client_id, clientSecret: client_secret }
}

function registrationBody(attempt: Attempt, discovered: Discovered, port: number) {
  const { registration } = attempt.persona
  const values = { port: String(port), callback_id: callbackIdOf(attempt.mcpUrl) }
  const redirect_uris = registration.redirectUris.map((uri) => fillIn(uri, values))
  const offered = discovered.server.grant_types_supported
  const grants = registration.metadata.grant_types as readonly string[]
  const grant_types =
    registration.filtersGrantTypes && offered
      ? offered.filter((one) => grants.includes(one))
      : grants
  return {
    ...registration.metadata,
    grant_types,
    redirect_uris,
    ...scopeMember(attempt, discovered),
  }
}

function scopeMember(attempt: Attempt, discovered: Discovered): { scope?: string } {
  const requested = scopesFor(attempt, discovered)?.join(' ')
  switch (attempt.persona.registration.scope) {
    case 'omitted':
      return {}
    case 'empty':
      return { scope: '' }
    case 'requested':
      return requested === undefined ? {} : { scope: requested }
    case 'requested_or_empty':
      return { scope: requested ?? '' }
  }
}
