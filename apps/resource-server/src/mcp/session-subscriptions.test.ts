import {
  InMemoryTransport,
  type JSONRPCMessage,
  McpServer,
  type ServerContext,
  type ServerEvent,
} from '@modelcontextprotocol/server'
import { createLog } from '@neonpanel/process/log'
import { describe, expect, it, vi } from 'vitest'
import type { AccessToken } from '../access-token.ts'
import { createChanges } from './changes.ts'
import { createSessionSubscriptions } from './session-subscriptions.ts'
import type { SubscriptionStore } from './subscription-store.ts'

const log = createLog({ level: 'silent', format: 'json' })

function callerWith(...companies: string[]) {
  const accessToken: AccessToken = {
    personId: 'person',
    clientId: 'client',
    scopes: new Set(),
    companies,
    expiresAt: new Date(),
    boundTo: undefined,
  }
  return { accessToken, correlationId: 'c-1', log, judgeAgain: async () => accessToken }
}

const inSession = { sessionId: 'session' } as ServerContext

/** Keeps what every session subscribed to. */
function createMemoryStore(): SubscriptionStore {
  const kept = new Map<string, Set<string>>()
  const keptOf = (id: string) => kept.get(id) ?? kept.set(id, new Set()).get(id)!
  return {
    add: async (id, uri) => void keptOf(id).add(uri),
    remove: async (id, uri) => void keptOf(id).delete(uri),
    of: async (id) => [...keptOf(id)],
  }
}

/** A server with a client's end, and what the client was told. */
async function connect(store = createMemoryStore()) {
  const changes = createChanges()
  const subscriptions = createSessionSubscriptions(changes, store)
  const server = new McpServer(
    { name: 'test', version: '1' },
    { capabilities: { resources: { subscribe: true, listChanged: true } } },
  )
  const [near, far] = InMemoryTransport.createLinkedPair()
  const told: string[] = []
  far.onmessage = (message: JSONRPCMessage) => {
    const { method, params } = message as { method: string; params?: { uri?: string } }
    told.push(params?.uri ?? method)
  }
  await far.start()
  await server.connect(near)
  const update = (company: string, list = false) =>
    changes.publish({
      eventsFor({ companies }, uris) {
        if (!companies.includes(company)) return []
        const touched = uris.filter((uri) => uri.includes(`/${company}/`))
        const events: ServerEvent[] = touched.map((uri) => ({ kind: 'resource_updated', uri }))
        return list ? [...events, { kind: 'resources_list_changed' }] : events
      },
    })
  return { server, subscriptions, told, update }
}

describe('the subscriptions of a session', () => {
  it('tell of what was subscribed, until it is unsubscribed', async () => {
    const { server, subscriptions, told, update } = await connect()
    await subscriptions.watch(server, 'test://a/a/1', callerWith('a', 'b'))
    await subscriptions.watch(server, 'test://b/b/1', callerWith('a', 'b'))
    update('a')
    await vi.waitFor(() => expect(told).toEqual(['test://a/a/1']))
    await subscriptions.unwatch(server, 'test://a/a/1')
    update('a')
    update('b')
    await vi.waitFor(() => expect(told).toEqual(['test://a/a/1', 'test://b/b/1']))
  })

  it('go by the token that was used last', async () => {
    const { server, subscriptions, told, update } = await connect()
    await subscriptions.watch(server, 'test://x/a/1', callerWith('a'))
    await subscriptions.watch(server, 'test://x/b/1', callerWith('b'))
    update('a')
    update('b')
    await vi.waitFor(() => expect(told).toEqual(['test://x/b/1']))
  })

  it('tell of a changed list only who has read it in a session', async () => {
    const { server, subscriptions, told, update } = await connect()
    await subscriptions.watch(server, 'test://x/a/1', callerWith('a'))
    update('a', true)
    await vi.waitFor(() => expect(told).toEqual(['test://x/a/1']))
    subscriptions.watchLists(server, inSession, callerWith('a'))
    update('a', true)
    const list = 'notifications/resources/list_changed'
    await vi.waitFor(() => expect(told).toEqual(['test://x/a/1', 'test://x/a/1', list]))
    const other = await connect()
    other.subscriptions.watchLists(other.server, {} as ServerContext, callerWith('a'))
    other.update('a', true)
    expect(other.told).toEqual([])
  })

  it('end with the connection', async () => {
    const { server, subscriptions, told, update } = await connect()
    const closed = vi.fn()
    server.server.onclose = closed
    await subscriptions.watch(server, 'test://x/a/1', callerWith('a'))
    await server.close()
    update('a')
    expect(told).toEqual([])
    expect(closed).toHaveBeenCalledOnce()
  })

  it('go on in the process that takes the session over, as far as they are allowed still', async () => {
    const store = createMemoryStore()
    const before = await connect(store)
    const caller = callerWith('a', 'b')
    for (const uri of ['test://x/a/1', 'test://x/a/2', 'test://x/b/1']) {
      await before.subscriptions.watch(before.server, uri, caller, 'session-1')
    }
    await before.subscriptions.watch(before.server, 'test://x/a/3', caller, 'session-2')
    await before.subscriptions.unwatch(before.server, 'test://x/a/2', 'session-1')
    const { server, subscriptions, told, update } = await connect(store)
    const session = { sessionId: 'session-1', caller }
    await subscriptions.resume(server, session, (uri) => uri.includes('/a/'))
    update('b')
    update('a', true)
    const list = 'notifications/resources/list_changed'
    await vi.waitFor(() => expect(told).toEqual(['test://x/a/1', list]))
  })

  it('are bounded', async () => {
    const { server, subscriptions } = await connect()
    const caller = callerWith('a')
    for (let index = 0; index < 1_000; index += 1) {
      await subscriptions.watch(server, `test://x/a/${index}`, caller)
    }
    await subscriptions.watch(server, 'test://x/a/7', caller)
    await expect(subscriptions.watch(server, 'test://x/a/new', caller)).rejects.toThrow(
      'This session watches 1000 resources. Unsubscribe from some first.',
    )
    await subscriptions.unwatch(server, 'test://x/a/7')
    await subscriptions.watch(server, 'test://x/a/new', caller)
  })
})
