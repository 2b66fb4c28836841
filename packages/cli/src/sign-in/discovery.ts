import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import { type Challenge, readChallenge } from '@neonpanel/personas/engine/discovery'
import * as oauth from 'oauth4webapi'
import { CommandFailure } from '../failure.ts'
import { ask, explainRefusal, isDocument, sendOptions } from './http.ts'

/** The server is open to everybody: there is nothing to sign in to. */
export class NoSignInNeeded extends CommandFailure {
  constructor(mcpUrl: string) {
    super(`${mcpUrl} asks for no token: its tools work without signing in.`)
  }
}

/** What is known of the servers before signing in. */
export interface Discovered {
  /** As the metadata spells it (RFC 9728 section 2): what `resource` will name (RFC 8707). */
  readonly resource: string
  readonly resourceName: string | undefined
  /** What the challenge asks for; where it does not say, everything that the metadata lists. */
  readonly scopes: readonly string[]
  readonly authorizationServer: oauth.AuthorizationServer
}

/**
 * Finds where to sign in for an MCP server: asks it without a token, reads the metadata of the resource (RFC 9728) and of its
 * authorization server (RFC 8414, OpenID Connect Discovery).
 *
 * @throws NoSignInNeeded when the server wants no token; CommandFailure that names the document at fault
 */
export async function discover(mcpUrl: string): Promise<Discovered> {
  refusePlainHttp('The MCP server', mcpUrl)
  const challenge = await meetChallenge(mcpUrl)
  const metadata = await findResourceMetadata(mcpUrl, challenge)
  if (challenge === undefined && metadata === undefined) throw new NoSignInNeeded(mcpUrl)
  // Servers of MCP 2025-03-26 are their own authorization server and have no metadata of a resource.
  const issuer = metadata?.authorization_servers?.[0] ?? new URL(mcpUrl).origin
  const authorizationServer = await findAuthorizationServer(issuer)
  return {
    resource: metadata?.resource ?? mcpUrl,
    resourceName: metadata?.resource_name,
    scopes: challenge?.scope ?? metadata?.scopes_supported ?? [],
    authorizationServer,
  }
}

/** @returns undefined when the server answers without asking for a token */
async function meetChallenge(mcpUrl: string): Promise<Challenge | undefined> {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'neonpanel', version: '0.1.0' },
    },
  }
  const posted = await knock(mcpUrl, {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    },
    body: JSON.stringify(initialize),
  })
  // Servers of MCP 2024-11-05 open a stream in place of it.
  const answer = [400, 404, 405].includes(posted.status)
    ? await knock(mcpUrl, { headers: { accept: 'text/event-stream' } })
    : posted
  if (answer.status === 401) return readChallenge(answer.headers) ?? unsaid
  if (answer.status === 404) {
    throw new CommandFailure(
      `${mcpUrl} answered 404: there is no MCP server at this address. Check the path, such as /mcp.`,
    )
  }
  return undefined
}

async function knock(mcpUrl: string, init: RequestInit): Promise<Response> {
  const answer = await ask(mcpUrl, init)
  await answer.body?.cancel()
  const session = answer.headers.get('mcp-session-id')
  // Nobody will use it; whether the server lets it go is its own affair.
  if (session !== null) {
    const headers = { 'mcp-session-id': session }
    const ended = await ask(mcpUrl, { method: 'DELETE', headers }).catch(() => undefined)
    await ended?.body?.cancel()
  }
  return answer
}

const unsaid: Challenge = {
  resourceMetadata: undefined,
  scope: undefined,
  error: undefined,
  description: undefined,
}

async function findResourceMetadata(
  mcpUrl: string,
  challenge: Challenge | undefined,
): Promise<oauth.ResourceServer | undefined> {
  const { origin, pathname } = new URL(mcpUrl)
  const root = `${origin}/.well-known/oauth-protected-resource`
  const path = pathname.replace(/\/$/, '')
  const urls = [challenge?.resourceMetadata, `${root}${path}`, root]
  for (const url of new Set(urls)) {
    if (url === undefined || !URL.canParse(url)) continue
    const answer = await ask(url, { headers: { accept: 'application/json' } })
    if (!(await isDocument(answer))) continue
    return readResourceMetadata(mcpUrl, url, answer)
  }
  return undefined
}

/** The document is of the server that was entered, or of one that it lies under, as many servers have it. */
async function readResourceMetadata(mcpUrl: string, url: string, answer: Response) {
  const copy = answer.clone()
  const told = await copy.json().then(
    (body: unknown) => String(Object(body).resource),
    () => '',
  )
  const expected = covers(told, mcpUrl) ? told : mcpUrl
  try {
    return await oauth.processResourceDiscoveryResponse(new URL(expected), answer)
  } catch (error) {
    if (!URL.canParse(told)) throw explainRefusal(error, `read the metadata at ${url}`)
    throw new CommandFailure(
      `The metadata at ${url} is of ${told}, not of ${mcpUrl} (RFC 9728 section 3.3). Use the address that it names, if that is the server you mean.`,
      { cause: error },
    )
  }
}

function covers(resource: string, mcpUrl: string): boolean {
  if (!URL.canParse(resource)) return false
  const [told, entered] = [new URL(resource), new URL(mcpUrl)]
  const slashed = (path: string) => (path.endsWith('/') ? path : `${path}/`)
  return (
    told.origin === entered.origin &&
    slashed(entered.pathname).startsWith(slashed(told.pathname)) &&
    (told.search === '' || told.search === entered.search)
  )
}

/**
 * Reads the metadata of an authorization server by any of its three forms.
 *
 * @throws CommandFailure when there is none, or one that names another issuer (RFC 8414 section 3.3)
 */
export async function findAuthorizationServer(issuer: string): Promise<oauth.AuthorizationServer> {
  if (!URL.canParse(issuer)) {
    throw new CommandFailure(
      `The metadata names “${issuer}” as authorization server, which is no URL.`,
    )
  }
  refusePlainHttp('The authorization server', issuer)
  const urls = metadataUrls(new URL(issuer))
  for (const url of urls) {
    const answer = await ask(url, { headers: { accept: 'application/json' } })
    if (!(await isDocument(answer))) continue
    try {
      return await oauth.processDiscoveryResponse(new URL(issuer), answer)
    } catch (error) {
      throw explainRefusal(error, `trust the metadata at ${url}, which should name ${issuer}`)
    }
  }
  throw new CommandFailure(
    `${issuer} has no authorization server metadata (RFC 8414). Asked: ${urls.join(', ')}.`,
  )
}

function metadataUrls({ origin, pathname }: URL): string[] {
  const path = pathname.replace(/\/$/, '')
  return [
    ...new Set([
      `${origin}/.well-known/oauth-authorization-server${path}`,
      `${origin}/.well-known/openid-configuration${path}`,
      `${origin}${path}/.well-known/openid-configuration`,
    ]),
  ]
}

/** What requests to the authorization server go out with. */
export const toServer = ({ issuer }: oauth.AuthorizationServer) => sendOptions(issuer)

function refusePlainHttp(who: string, url: string) {
  if (isLoopbackUrl(url) || new URL(url).protocol === 'https:') return
  throw new CommandFailure(
    `${who} ${url} is not on https: whoever is in between could read the tokens. Only a server on this machine may do without.`,
  )
}
