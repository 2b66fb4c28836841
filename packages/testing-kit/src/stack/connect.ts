import type { Client } from '@modelcontextprotocol/client'
import { resourceScopes } from '@neonpanel/contracts/scopes'
import { type AdminApi, adminApi, type StackAddress } from '../admin/admin-api.ts'
import { clockOf } from '../admin/clock.ts'
import type { Grant, RecordedRequest } from '../admin/documents.ts'
import { faultsOf } from '../admin/faults.ts'
import { connectByOAuth, connectWithToken } from '../client/mcp-client.ts'
import { chatGpt, claude, localClient } from '../client/oauth-client.ts'
import type { Flow, FlowFilter, FlowInFull } from '../flows/flow.ts'
import { expectFlow } from '../flows/flow-expectation.ts'
import { demoPassword, type PersonName, people } from '../person/demo-people.ts'
import { type TestPerson, testPerson } from '../person/test-person.ts'
import { mintInitialAccessToken, registerClient } from './clients.ts'
import { mintToken } from './mint-token.ts'
import type { AuthorizeWish, TestStack } from './test-stack.ts'

interface Listed<Item> {
  readonly items: readonly Item[]
}

/** What only whoever started the servers can do. */
export interface Ownership {
  stop(): Promise<void>
  /** Throws where moving the clock would move that of another stack. */
  guardClock(): void
}

/** The kit over a stack that runs somewhere; see `TestStack`. */
export function testStack(address: StackAddress, owner?: Ownership): TestStack {
  const { issuer, mcpUrl, adminToken } = address
  const api = adminApi(address)
  const crowd = peopleOf(issuer, api)
  const clients = openClients()
  const stop = async () => {
    await clients.close()
    await owner?.stop()
  }
  return {
    issuer,
    mcpUrl,
    adminToken,
    admin: api,
    people: crowd.people,
    person: crowd.person,
    clients: { local: localClient, chatGpt, claude },
    ...authorizing(address, api),
    async mcpClient({ token, oauth, versions } = {}) {
      if (oauth) {
        return clients.keep(await connectByOAuth(address, oauth === true ? {} : oauth, versions))
      }
      const bearer = token ?? (await mintToken(api, everything)).token
      return clients.keep(await connectWithToken(address, bearer, versions))
    },
    grants: async (filter = {}) => (await api.get<Listed<Grant>>('/grants', { ...filter })).items,
    revoke: (grant) => api.delete(`/grants/${typeof grant === 'string' ? grant : grant.id}`),
    clock: clockOf(api, owner?.guardClock ?? (() => {})),
    faults: faultsOf(api),
    ...recorded(api),
    async reset() {
      await clients.close()
      crowd.forget()
      await api.post('/reset')
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Of a token that a client gets without saying what for. */
const everything = { person: people.owner, scope: resourceScopes.join(' ') }

function authorizing(
  address: StackAddress,
  api: AdminApi,
): Pick<
  TestStack,
  'mintInitialAccessToken' | 'registerClient' | 'authorize' | 'tokens' | 'mintToken'
> {
  // Loaded when somebody signs in: reading pages takes libraries that many tests never need.
  const flows = () => import('../client/grant.ts')
  const wishOf = async ({ person, ...wish }: AuthorizeWish) => ({
    // MCP has clients name the resource in both requests.
    redemption: { resource: address.mcpUrl },
    ...wish,
    ...(person !== undefined && {
      person: typeof person === 'string' ? person : await person.browser(),
    }),
  })
  return {
    mintInitialAccessToken: (wish = {}) => mintInitialAccessToken(api, wish),
    async registerClient(metadata = {}, { initialAccessToken } = {}) {
      const token =
        initialAccessToken ?? (await mintInitialAccessToken(api, {})).initial_access_token
      return registerClient(address, metadata, token)
    },
    authorize: async (wish = {}) => (await flows()).codeFlow(address, await wishOf(wish)),
    tokens: async (wish = {}) => (await flows()).tokensFor(address, await wishOf(wish)),
    mintToken: (wish = {}) => mintToken(api, wish),
  }
}

function recorded(api: AdminApi): Pick<TestStack, 'requests' | 'flows' | 'flow' | 'expectFlow'> {
  const flows = async (filter: FlowFilter = {}) =>
    (await api.get<Listed<Flow>>('/flows', { ...filter })).items
  const flow = (id: string) => api.get<FlowInFull>(`/flows/${id}`)
  const latest = async (filter: FlowFilter) => {
    const [found] = await flows({ ...filter, limit: 1 })
    if (!found) throw new Error(`There is no flow of ${JSON.stringify(filter)}`)
    return flow(found.id)
  }
  return {
    requests: async (filter = {}) =>
      (await api.get<Listed<RecordedRequest>>('/requests', { ...filter })).items,
    flows,
    flow,
    expectFlow: (which = {}) =>
      expectFlow(() => (typeof which === 'string' ? flow(which) : latest(which))),
  }
}

function peopleOf(issuer: string, api: AdminApi) {
  const known: ReturnType<typeof testPerson>[] = []
  const person = (credentials: { email: string; password: string }): TestPerson => {
    const one = testPerson({ issuer, api }, credentials)
    known.push(one)
    return one
  }
  const named = Object.entries(people).map(([name, email]) => [
    name,
    person({ email, password: demoPassword }),
  ])
  return {
    people: Object.fromEntries(named) as Record<PersonName, TestPerson>,
    person,
    forget() {
      for (const one of known) one.forget()
    },
  }
}

/** The MCP clients that were connected, to be closed before their server ends. */
function openClients() {
  const open = new Set<Client>()
  return {
    keep(client: Client) {
      open.add(client)
      return client
    },
    async close() {
      const closing = [...open]
      open.clear()
      await Promise.all(closing.map((client) => client.close()))
    },
  }
}
