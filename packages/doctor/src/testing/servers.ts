import type { Session } from '../servers.ts'
import { createAuthorizationServer } from './authorization-server.ts'
import type { Addresses, Changes } from './changes.ts'
import { type Answered, type Asked, type PlayedServer, play } from './play.ts'
import { createResourceServer } from './resource-server.ts'
import { createTokens, type Tokens } from './tokens.ts'

export interface Servers extends Addresses, AsyncDisposable {
  readonly resource: PlayedServer
  readonly authorization: PlayedServer
  readonly tokens: Tokens
  /** A person who signed in, for all scopes unless said otherwise. */
  session(scope?: string): Promise<Session>
  /** Asks the servers by their names. */
  readonly fetch: typeof fetch
  stop(): Promise<void>
}

/** One MCP server and one authorization server on loopback, healthy but for the changes: `await using servers = …`. */
export async function startServers(changes: Changes = {}): Promise<Servers> {
  // Both have to know where the other one listens: they answer by functions that are set once both do.
  let answerResource: (asked: Asked) => Answered | Promise<Answered> = () => 'hang_up'
  let answerAuthorization = answerResource
  const names = changes.public ? ['https://mcp.example', 'https://auth.example'] : []
  const resource = await play((asked) => answerResource(asked), names[0])
  const authorization = await play((asked) => answerAuthorization(asked), names[1])
  const [mcpOrigin, authOrigin] = [names[0] ?? resource.origin, names[1] ?? authorization.origin]
  const at: Addresses = {
    mcpUrl: mcpOrigin + (changes.mcpPath ?? '/mcp'),
    mcpOrigin,
    issuer: authOrigin + (changes.issuerPath ?? ''),
    authOrigin,
  }
  const tokens = await createTokens(at, changes)
  const healthyResource = createResourceServer(at, tokens, changes)
  const healthyAuthorization = createAuthorizationServer(at, tokens, changes)
  const changed = (healthy: (asked: Asked) => Promise<Response>) => async (asked: Asked) => {
    const instead = await changes.answer?.(asked, at)
    if (instead !== undefined) return instead
    const response = await healthy(asked)
    return (await changes.mend?.(response, asked, at)) ?? response
  }
  answerResource = changed(healthyResource)
  answerAuthorization = changed(healthyAuthorization)
  const stop = async () => {
    await Promise.all([resource.stop(), authorization.stop()])
  }
  return {
    ...at,
    resource,
    authorization,
    tokens,
    session: (scope) => tokens.session(scope),
    fetch: fetchByName({ [mcpOrigin]: resource.origin, [authOrigin]: authorization.origin }),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** A fetch that finds servers by the origins they are called by, as DNS and a proxy that ends TLS would. */
function fetchByName(origins: Readonly<Record<string, string>>): typeof fetch {
  return (input, init) => {
    const { origin, pathname, search } = new URL(String(input))
    return fetch((origins[origin] ?? origin) + pathname + search, init)
  }
}
