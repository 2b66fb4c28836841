import { scopes } from '@neonpanel/contracts/scopes'
import type { ServerPart } from '@neonpanel/resource-server'
import { type Environment, type Stack, startStack } from '@neonpanel/stack'
import { tokensFor } from '../harness/grant.ts'
import { type BearerProxy, startBearerProxy } from './bearer-proxy.ts'

export interface ServerUnderTest extends AsyncDisposable {
  /** Where the suite connects: the resource server's own identifier, without a token to send. */
  readonly url: string
  readonly stack: Stack
  readonly accessToken: string
}

/**
 * Starts both servers, and a proxy that adds the token of a person who allowed all nine scopes. `MCP_URL` names the
 * proxy, so that host, origin and audience are checked as in life.
 *
 * @param parts what the resource server offers besides the product
 */
export async function startServerUnderTest({
  environment,
  parts,
  port,
}: {
  environment: Environment
  parts: readonly ServerPart[]
  /** Of the proxy; default any free one. */
  port?: number
}): Promise<ServerUnderTest> {
  await using starting = new AsyncDisposableStack()
  const proxy: BearerProxy = starting.use(await startBearerProxy(port))
  const url = `${proxy.origin}/mcp`
  const stack = starting.use(
    await startStack({
      environment: { AUTH_PORT: '0', MCP_PORT: '0', ...environment, MCP_URL: url },
      parts,
    }),
  )
  const scope = Object.keys(scopes).join(' ')
  const { access_token: accessToken } = await tokensFor(stack, { scope })
  proxy.forwardTo([Number(stack.environment.MCP_PORT)], accessToken)
  const started = starting.move()
  return { url, stack, accessToken, [Symbol.asyncDispose]: () => started.disposeAsync() }
}
