import type { Client } from '@modelcontextprotocol/client'
import type { AdminApi, StackAddress } from '../admin/admin-api.ts'
import type { Clock } from '../admin/clock.ts'
import type {
  Grant,
  InitialAccessToken,
  MintedToken,
  RecordedRequest,
  RequestFilter,
} from '../admin/documents.ts'
import type { Faults } from '../admin/faults.ts'
import type { Authorization, GrantWish, IssuedTokens } from '../client/grant.ts'
import type { McpClientWish } from '../client/mcp-client.ts'
import type { ClientIdentity } from '../client/oauth-client.ts'
import type { Flow, FlowFilter, FlowInFull } from '../flows/flow.ts'
import type { FlowExpectation } from '../flows/flow-expectation.ts'
import type { PersonName } from '../person/people.ts'
import type { TestPerson } from '../person/test-person.ts'
import type { InitialAccessTokenWish, RegisteredClient } from './clients.ts'
import type { TokenWish } from './mint-token.ts'

/** Who authorizes which client, and what they decide. */
export interface AuthorizeWish extends Omit<GrantWish, 'person'> {
  /** One of the demo’s people with a fresh browser (default `owner`), or somebody with the browser they have. */
  readonly person?: PersonName | TestPerson
}

/** Grants to list; everything that is said must hold. */
export interface GrantFilter {
  readonly person_id?: string
  readonly client_id?: string
  readonly active?: boolean
}

/** The demo’s pre-registered clients, by what they are for. */
export interface DemoClients {
  /** A native client on loopback; what `authorize` uses unless told otherwise. */
  readonly local: ClientIdentity
  readonly chatGpt: ClientIdentity
  readonly claude: ClientIdentity
}

/**
 * An authorization server and an MCP server, and everything that a test may do with them. All of it goes through HTTP:
 * the servers’ own endpoints, their pages, and the admin API.
 */
export interface TestStack extends StackAddress, AsyncDisposable {
  /** The demo’s people. Everybody’s password is `neonpanel-demo`. */
  readonly people: Readonly<Record<PersonName, TestPerson>>
  /** Somebody whom the demo does not know, such as a person of a seed file. */
  person(credentials: { email: string; password: string }): TestPerson
  readonly clients: DemoClients
  /** The admin API itself, for what this kit has no words for. */
  readonly admin: AdminApi

  /** What a client needs to register itself while `REGISTRATION_MODE` is `iat`. */
  mintInitialAccessToken(wish?: InitialAccessTokenWish): Promise<InitialAccessToken>
  /**
   * Registers a client (RFC 7591): a public native one, changed by `metadata`. Mints an initial access token for it
   * unless one is given.
   *
   * @throws RegistrationRefused
   */
  registerClient(
    metadata?: Readonly<Record<string, unknown>>,
    options?: { readonly initialAccessToken?: string },
  ): Promise<RegisteredClient>

  /** Has a person sign in and decide, up to the redirect back to the client; a refusal is in `callback`. */
  authorize(wish?: AuthorizeWish): Promise<Authorization>
  /** As `authorize`, up to tokens; throws when there are none. */
  tokens(wish?: AuthorizeWish): Promise<IssuedTokens>
  /** Makes any access token without a flow: every claim, header, key, algorithm and issuer may be wrong. */
  mintToken(wish?: TokenWish): Promise<MintedToken>
  /**
   * A connected client of the official SDK (v2): with a token, by its own OAuth, or, when nothing is said, with a token
   * that was minted for the owner. Closed by `reset` and `stop`.
   */
  mcpClient(wish?: McpClientWish): Promise<Client>

  /** What people allowed to clients, newest first. */
  grants(filter?: GrantFilter): Promise<readonly Grant[]>
  /** Ends a grant and every token of it. */
  revoke(grant: string | Pick<Grant, 'id'>): Promise<void>

  readonly clock: Clock
  readonly faults: Faults

  /** What both servers were sent and answered, oldest first. */
  requests(filter?: RequestFilter): Promise<readonly RecordedRequest[]>
  /** Attempts to connect a client, the latest first. */
  flows(filter?: FlowFilter): Promise<readonly Flow[]>
  /** One attempt with its exchanges, notes and verdict. */
  flow(id: string): Promise<FlowInFull>
  /** What a test expects of a flow: of that one, or of the latest that the filter finds. To be awaited. */
  expectFlow(which?: string | FlowFilter): FlowExpectation

  /**
   * Everything as after the start: people, clients, books, the machine’s time; no grant, session, fault or record. Signing
   * keys stay. MCP clients of `mcpClient` are closed, people get new browsers.
   */
  reset(): Promise<void>
  /** Ends the stack if this kit started it, and the clients that it connected. May be called twice. */
  stop(): Promise<void>
}
