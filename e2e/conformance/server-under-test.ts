import { scopes } from '@neonpanel/contracts/scopes'
import { type Environment, type Stack, startStack } from '@neonpanel/stack'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { startBearerProxy } from './bearer-proxy.ts'
import { createConformanceFixtures } from './fixtures/all.ts'

export interface ServerUnderTest extends AsyncDisposable {
  /** Where the suite connects: the resource server's own identifier, without a token to send. */
  readonly url: string
  readonly issuer: string
  readonly accessToken: string
  /** Where the servers themselves listen. */
  readonly ports: readonly number[]
}

/**
 * Starts both servers, and a proxy that adds the token of a person who allowed all nine scopes. `MCP_URL` names the
 * proxy, so that host, origin and audience are checked as in life.
 *
 * @param environment names a database that can be shared when there are several servers
 */
export async function startServerUnderTest({
  environment,
  servers = 1,
  withFixtures = true,
  port = 0,
}: {
  environment: Environment
  /** Each with a memory of its own; requests go to each in turn. */
  servers?: number
  withFixtures?: boolean
  /** Of the proxy; 0 = any free one. */
  port?: number
}): Promise<ServerUnderTest> {
  await using starting = new AsyncDisposableStack()
  const proxy = starting.use(await startBearerProxy(port))
  const url = `${proxy.origin}/mcp`
  const common = { AUTH_PORT: '0', MCP_PORT: '0', ...environment, MCP_URL: url }
  const first = starting.use(await startWithFixtures(common, withFixtures))
  const stacks = [first]
  while (stacks.length < servers) {
    const next = { ...common, ISSUER_URL: first.issuer }
    stacks.push(starting.use(await startWithFixtures(next, withFixtures)))
  }
  const scope = Object.keys(scopes).join(' ')
  const { access_token: accessToken } = await tokensFor(first, { scope })
  const ports = stacks.map((stack) => Number(stack.environment.MCP_PORT))
  proxy.forwardTo(ports, accessToken)
  const { issuer } = first
  const started = starting.move()
  return { url, issuer, accessToken, ports, [Symbol.asyncDispose]: () => started.disposeAsync() }
}

async function startWithFixtures(environment: Environment, withFixtures: boolean): Promise<Stack> {
  const parts = withFixtures ? createConformanceFixtures(() => stack.database) : []
  const stack = await startStack({ environment, parts })
  return stack
}
