import { z } from 'zod'
import type { Persona } from '../persona.ts'
import type { Attempt, Request } from './attempt.ts'
import type { Answer } from './journal.ts'
import { initializeMessage, sentTo } from './messages.ts'

/** The parts of a `Bearer` challenge that clients read (RFC 6750 section 3, RFC 9728 section 5.1). */
export interface Challenge {
  readonly resourceMetadata: string | undefined
  readonly scope: readonly string[] | undefined
  readonly error: string | undefined
  readonly description: string | undefined
}

const resourceMetadataSchema = z.looseObject({
  resource: z.string(),
  authorization_servers: z.array(z.string()).optional(),
  scopes_supported: z.array(z.string()).optional(),
})

export type ResourceMetadata = z.output<typeof resourceMetadataSchema>

const serverMetadataSchema = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  registration_endpoint: z.url().optional(),
  scopes_supported: z.array(z.string()).optional(),
  grant_types_supported: z.array(z.string()).optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  client_id_metadata_document_supported: z.boolean().optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
})

export type ServerMetadata = z.output<typeof serverMetadataSchema>

/** What the client knows of the servers before it signs in. */
export interface Discovered {
  readonly challenge: Challenge
  readonly resource: ResourceMetadata | undefined
  readonly server: ServerMetadata
}

/** Reads `WWW-Authenticate`; undefined when it has no `Bearer` challenge. */
export function readChallenge(headers: Headers): Challenge | undefined {
  const header = headers.get('www-authenticate') ?? ''
  const start = header.search(/(?:^|,\s*)bearer\b/i)
  if (start === -1) return undefined
  const found = new Map<string, string>()
  for (const [, name = '', quoted, plain] of header
    .slice(start)
    .matchAll(/([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
    if (!found.has(name)) found.set(name, quoted ?? plain ?? '')
  }
  return {
    resourceMetadata: found.get('resource_metadata'),
    scope: found.get('scope')?.split(' ').filter(Boolean),
    error: found.get('error'),
    description: found.get('error_description'),
  }
}

/**
 * Connects without a token. Every client signs in on 401, and only on 401.
 *
 * @returns the challenge; undefined when the server answers without one, because it asks for no token
 */
export async function meetChallenge(attempt: Attempt): Promise<Challenge | undefined> {
  let challenge: Challenge | undefined
  for (const ask of attempt.persona.discovery.sendsHead ? [knock, askHead] : [knock]) {
    const answer = await ask(attempt)
    if (answer.status === 200 && isResult(answer)) return undefined
    if (answer.status !== 401) {
      const got = answer.status === 200 ? '200 with an error in its body' : String(answer.status)
      attempt.stop('discovery', {
        reason: 'challenge_status',
        says: `Asked without a token, ${attempt.mcpUrl} answered ${got}: the client signs in on 401 only.`,
        got,
        expected: '401',
      })
    }
    challenge ??= readChallenge(answer.headers) ?? emptyChallenge
  }
  attempt.journal.did('discovery', 'Asked without a token and was told 401.')
  return challenge ?? emptyChallenge
}

const emptyChallenge: Challenge = {
  resourceMetadata: undefined,
  scope: undefined,
  error: undefined,
  description: undefined,
}

const stream: Pick<Request, 'headers'> = { headers: { accept: 'text/event-stream' } }

/** The request that the client connects with, by its transports in their order. */
async function knock(attempt: Attempt): Promise<Answer> {
  const { mcpUrl, persona } = attempt
  const { order, fallsBackOn } = persona.transport
  const openStream = () => attempt.ask('discovery', 'resource-server', { ...stream, url: mcpUrl })
  if (order[0] === 'sse') return openStream()
  const { message, headers } = initializeMessage(persona)
  const posted = sentTo(mcpUrl, message, headers)
  const answer = await attempt.ask('discovery', 'resource-server', posted)
  return order.includes('sse') && fallsBackOn.includes(answer.status) ? openStream() : answer
}

function askHead(attempt: Attempt): Promise<Answer> {
  return attempt.ask('discovery', 'resource-server', {
    ...stream,
    url: attempt.mcpUrl,
    method: 'HEAD',
  })
}

function isResult({ json, headers }: Answer): boolean {
  if ((headers.get('content-type') ?? '').startsWith('text/event-stream')) return true
  return typeof json === 'object' && json !== null && 'result' in json
}

/** Finds protected-resource metadata and the authorization server, in the order of the client. */
export async function discover(attempt: Attempt, challenge: Challenge): Promise<Discovered> {
  const resource = await findResourceMetadata(attempt, challenge)
  const issuer = resource?.authorization_servers?.[0] ?? new URL(attempt.mcpUrl).origin
  const server = await findServerMetadata(attempt, issuer)
  const methods = server.code_challenge_methods_supported
  if (methods && !methods.includes('S256')) {
    attempt.stop('discovery', {
      reason: 'pkce_not_supported',
      says: 'The authorization server does not list PKCE with S256.',
      got: methods.join(' ') || 'none',
      expected: 'S256',
    })
  }
  return { challenge, resource, server }
}

async function findResourceMetadata(
  attempt: Attempt,
  challenge: Challenge,
): Promise<ResourceMetadata | undefined> {
  for (const url of resourceMetadataUrls(attempt, challenge)) {
    const answer = await attempt.ask('discovery', 'resource-server', {
      url,
      headers: { accept: 'application/json' },
    })
    const read = resourceMetadataSchema.safeParse(answer.json)
    if (answer.status !== 200 || !read.success) continue
    if (sameResource(attempt.persona, read.data.resource, attempt.mcpUrl)) {
      attempt.journal.did('discovery', `Read the metadata of the resource at ${url}.`)
      return read.data
    }
    const other = {
      reason: 'resource_metadata_mismatch',
      says: `The metadata at ${url} is of another resource than the one that was entered.`,
      got: read.data.resource,
      expected: attempt.mcpUrl,
    }
    if (attempt.persona.discovery.onOtherResource === 'stop') attempt.stop('discovery', other)
    attempt.journal.refused('discovery', other)
  }
  return undefined
}

/** The challenge names the document; only where it names none the well-known places are tried (RFC 9728 section 3.1). */
function resourceMetadataUrls({ persona, mcpUrl }: Attempt, challenge: Challenge): string[] {
  const { origin, pathname } = new URL(mcpUrl)
  const root = `${origin}/.well-known/oauth-protected-resource`
  const path = pathname === '/' ? '' : pathname.replace(/\/$/, '')
  const places = {
    challenge: challenge.resourceMetadata,
    path: path ? `${root}${path}` : undefined,
    root,
  }
  const order = persona.discovery.resourceMetadata
  if (places.challenge && order.includes('challenge')) return [places.challenge]
  return order.flatMap((place) => places[place] ?? [])
}

/** Whether the client takes metadata of `resource` for that of the URL that was entered. */
export function sameResource(persona: Persona, resource: string, entered: string): boolean {
  if (!URL.canParse(resource)) return false
  const [told, asked] = [new URL(resource), new URL(entered)]
  switch (persona.discovery.resourceMatch) {
    case 'unchecked':
      return true
    case 'exact':
      return resource === entered
    case 'normalised':
      return told.href === asked.href
    case 'prefix': {
      const slashed = (path: string) => (path.endsWith('/') ? path : `${path}/`)
      return (
        told.origin === asked.origin && slashed(asked.pathname).startsWith(slashed(told.pathname))
      )
    }
  }
}

/** Reads the metadata of an authorization server, or assumes its endpoints as clients of MCP 2025-03-26 do. */
export async function findServerMetadata(
  attempt: Attempt,
  issuer: string,
): Promise<ServerMetadata> {
  const { discovery } = attempt.persona
  if (!URL.canParse(issuer)) {
    attempt.stop('discovery', {
      reason: 'url_invalid',
      says: `The metadata of the resource names “${issuer}” as authorization server, which is no address.`,
      got: issuer,
      expected: 'an http or https URL',
    })
  }
  for (const url of serverMetadataUrls(attempt.persona, issuer)) {
    const answer = await attempt.ask('discovery', 'authorization-server', {
      url,
      headers: {
        accept: 'application/json',
        'mcp-protocol-version': attempt.persona.transport.revision,
      },
    })
    const read = serverMetadataSchema.safeParse(answer.json)
    if (answer.status !== 200 || !read.success) continue
    if (discovery.checksIssuer && !sameIssuer(read.data.issuer, issuer)) {
      attempt.stop('discovery', {
        reason: 'issuer_mismatch',
        says: `The metadata at ${url} names another issuer than the resource does.`,
        got: read.data.issuer,
        expected: issuer,
      })
    }
    attempt.journal.did('discovery', `Read the metadata of the authorization server at ${url}.`)
    return read.data
  }
  if (!discovery.assumesEndpoints) {
    attempt.stop('discovery', {
      reason: 'authorization_server_metadata_missing',
      says: `${issuer} has no authorization server metadata that the client finds.`,
      got: 'none',
      expected: serverMetadataUrls(attempt.persona, issuer).join(' '),
    })
  }
  attempt.journal.did('discovery', 'Found no metadata and assumes /authorize, /token, /register.')
  const at = (path: string) => new URL(path, issuer).href
  return {
    issuer,
    authorization_endpoint: at('/authorize'),
    token_endpoint: at('/token'),
    registration_endpoint: at('/register'),
  }
}

const sameIssuer = (one: string, other: string) =>
  one.replace(/\/$/, '') === other.replace(/\/$/, '')

function serverMetadataUrls({ discovery }: Persona, issuer: string): string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname === '/' ? '' : pathname.replace(/\/$/, '')
  const urls = discovery.serverMetadata.map((form) => {
    if (form === 'oauth') return `${origin}/.well-known/oauth-authorization-server${path}`
    if (form === 'openid') return `${origin}/.well-known/openid-configuration${path}`
    return `${origin}${path}/.well-known/openid-configuration`
  })
  return [...new Set(urls)]
}
