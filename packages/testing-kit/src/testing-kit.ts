import type { StackAddress } from './admin/admin-api.ts'
import { testStack } from './stack/connect.ts'
import type { TestStack } from './stack/test-stack.ts'

export type { AdminApi, StackAddress } from './admin/admin-api.ts'
export type { Clock } from './admin/clock.ts'
export type {
  Grant,
  InitialAccessToken,
  MintedToken,
  RecordedMessage,
  RecordedRequest,
  RequestFilter,
  ServerName,
} from './admin/documents.ts'
export type {
  ActiveFault,
  Endpoint,
  Fault,
  FaultEffect,
  FaultEnd,
  FaultPlace,
  FaultPreset,
  FaultRule,
  Faults,
} from './admin/faults.ts'
export type { Authorization, IssuedTokens } from './client/grant.ts'
export type { McpClientWish, McpOAuthWish } from './client/mcp-client.ts'
export type { ClientIdentity, OAuthClient, TokenBody } from './client/oauth-client.ts'
export type {
  Flow,
  FlowExchange,
  FlowFilter,
  FlowInFull,
  FlowNote,
  FlowStatus,
  FlowStep,
  Verdict,
} from './flows/flow.ts'
export type { FlowExpectation } from './flows/flow-expectation.ts'
export type { Decision, Person, PersonName } from './person/people.ts'
export type { AutoConsent, AutoConsentWish, TestPerson } from './person/test-person.ts'
export type { InitialAccessTokenWish, RegisteredClient } from './stack/clients.ts'
export type { TokenWish } from './stack/mint-token.ts'
export type { AuthorizeWish, DemoClients, GrantFilter, TestStack } from './stack/test-stack.ts'

/** How a stack of this process starts. */
export interface StartOptions {
  /** `demo` (default): people, clients and companies with books; `none`: nothing at all. */
  readonly seed?: 'demo' | 'none'
  /** People, roles, companies, clients and keys of one’s own: a JSON or YAML file (docs/testing/seed-file.md). */
  readonly seedFile?: string
  /** `iat` (default): clients register with an initial access token; `open`: anybody; `off`: nobody. */
  readonly registration?: 'iat' | 'open' | 'off'
  /** Further variables of both servers, as README lists them; they win over what this kit sets. */
  readonly environment?: Readonly<Record<string, string>>
}

const running = new Set<object>()

/**
 * Starts an authorization server and an MCP server in this process: free ports, everything in memory, nothing shared with
 * any other stack but the process’s clock (see `Clock`).
 *
 * ```ts
 * await using stack = await startStack()
 * const { access_token } = await stack.tokens({ person: 'owner', scope: 'read:inventory' })
 * ```
 */
export async function startStack(options: StartOptions = {}): Promise<TestStack> {
  const { seed, seedFile, registration, environment } = options
  const { startStack: start } = await import('@neonpanel/stack')
  const stack = await start({
    environment: {
      AUTH_PORT: '0',
      MCP_PORT: '0',
      DATA_DIR: 'memory',
      TEST_CONTROLS: 'true',
      LOG_LEVEL: 'silent',
      ...(seed && { SEED: seed }),
      ...(seedFile && { SEED_FILE: seedFile }),
      ...(registration && { REGISTRATION_MODE: registration }),
      ...environment,
    },
  })
  running.add(stack)
  return testStack(stack, {
    async stop() {
      await stack.stop()
      running.delete(stack)
    },
    guardClock() {
      if (running.size > 1) throw new SharedClockError(running.size)
    },
  })
}

/** Moving the clock would move that of another stack, too. */
export class SharedClockError extends Error {
  override readonly name = 'SharedClockError'

  constructor(stacks: number) {
    super(
      `The clock is the process’s, and ${stacks} stacks run in this process: moving it would move all of them. ` +
        'Move it while one runs, or run the other in a process of its own (npm start, a container, a worker of the test runner) and use connectStack().',
    )
  }
}

/**
 * The same kit over a stack that runs in another process, such as `npm start` or a container with `TEST_CONTROLS`. `stop`
 * leaves it running.
 */
export async function connectStack(address: StackAddress): Promise<TestStack> {
  const stack = testStack(address)
  // Whoever gave a wrong address or token learns of it here, and not from the first test.
  await stack.clock.now()
  return stack
}
