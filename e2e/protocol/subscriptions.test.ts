import { resourceScopes } from '@neonpanel/contracts/scopes'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { modernCall } from '../harness/mcp.ts'
import { itemUri } from '../harness/resources.ts'
import { testStack } from '../harness/stack.ts'
import {
  importer,
  listChanged,
  listen,
  newItem,
  nextMessage,
  openLegacyListener,
  openSessionListener,
  updated,
} from '../harness/subscriptions.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REVOCATION_CHECK_SECONDS: '0' })
const { mcpUrl } = stack
const scope = resourceScopes.join(' ')
const tokens = await tokensFor(stack, { scope })
const owner = tokens.access_token
const analyst = (await tokensFor(stack, { person: 'analyst', scope })).access_token
const us = 'co_harbor_us'
const eu = 'co_harbor_eu'
const tallow = 'co_tallow'
const importUs = importer(mcpUrl, owner, us)
const importEu = importer(mcpUrl, owner, eu)

/** Items of both companies to watch. */
const [inUs, inEu] = ['WATCHED-US', 'WATCHED-EU'] as const
await importUs([newItem(inUs), newItem('OTHER-US')])
await importEu([newItem(inEu), newItem('OTHER-EU')])

let price = 20
const repriced = (sku: string) => ({ sku, list_price: `${price++}.00` })

describe('subscriptions/listen', () => {
  verifies(
    ['subscriptions-told', 'RS-68'],
    'tells of the resources that were asked for, and of nothing else',
    async () => {
      const uris = [itemUri(us, inUs), itemUri(eu, inEu)]
      const listener = await listen(mcpUrl, owner, { resourceSubscriptions: uris })
      expect(listener.acknowledgement.params).toMatchObject({
        notifications: { resourceSubscriptions: uris },
        _meta: { 'io.modelcontextprotocol/subscriptionId': 'listening' },
      })
      await importUs([repriced('OTHER-US'), newItem('UNWATCHED-1')])
      await importUs([repriced(inUs)])
      await importEu([repriced('OTHER-EU'), repriced(inEu)])
      for (const uri of uris) {
        expect(await listener.next()).toMatchObject({
          method: updated,
          params: { uri, _meta: { 'io.modelcontextprotocol/subscriptionId': 'listening' } },
        })
      }
      listener.stream.close()
    },
  )

  verifies(
    ['subscriptions-told', 'RS-68'],
    'tells of a longer list when an import creates items, and only where access is',
    async () => {
      const filter = { resourcesListChanged: true }
      const mine = await listen(mcpUrl, owner, filter)
      const theirs = await listen(mcpUrl, analyst, filter)
      await importEu([newItem('LISTED-EU')])
      await importUs([repriced(inUs)])
      await importUs([newItem('LISTED-US')])
      for (let told = 0; told < 2; told += 1) {
        expect(await mine.next()).toMatchObject({ method: listChanged })
      }
      // Of the company that the analyst has no part in there was nothing to hear before this.
      await importUs([newItem('LISTED-US-2')])
      expect(await theirs.next()).toMatchObject({ method: listChanged })
      expect(await theirs.next()).toMatchObject({ method: listChanged })
      expect(await mine.next()).toMatchObject({ method: listChanged })
      for (const { stream } of [mine, theirs]) stream.close()
    },
  )

  verifies(
    ['subscriptions-told', 'RS-68'],
    'acknowledges only what the token opens, and of that only what exists as a kind',
    async () => {
      const notifications = {
        resourceSubscriptions: [itemUri(eu, inEu), itemUri(us, inUs), 'test://other'],
        toolsListChanged: true,
        promptsListChanged: true,
      }
      const listener = await listen(mcpUrl, analyst, notifications)
      expect(listener.acknowledgement.params).toMatchObject({
        notifications: { resourceSubscriptions: [itemUri(us, inUs)] },
      })
      await importEu([repriced(inEu)])
      await importUs([repriced(inUs)])
      expect(await listener.next()).toMatchObject({ params: { uri: itemUri(us, inUs) } })
      listener.stream.close()
      const nothing = await listen(mcpUrl, analyst, { resourceSubscriptions: [itemUri(eu, inEu)] })
      expect(nothing.acknowledgement.params).toMatchObject({ notifications: {} })
      expect(await nothing.next()).toMatchObject({ id: 'listening', result: {} })
      await nothing.stream.ended()
    },
  )

  verifies('RS-56', 'is the only way in its revision: resources/subscribe is unknown', async () => {
    const answer = await modernCall(mcpUrl, owner, 'resources/subscribe', {
      uri: itemUri(us, inUs),
    })
    expect(answer.status).toBe(404)
    expect(answer.rpc.error).toMatchObject({ code: -32_601 })
  })

  verifies('RS-68', 'is refused without a filter', async () => {
    for (const params of [{}, { notifications: 'all' }]) {
      const { rpc: answer } = await modernCall(mcpUrl, owner, 'subscriptions/listen', params)
      expect(answer.error).toMatchObject({ code: -32_602 })
    }
  })

  verifies(
    ['subscriptions-told', 'RS-47', 'RS-68'],
    'ends with its token, in good order',
    async () => {
      const ending = await tokensFor(stack, { scope })
      const filter = { resourceSubscriptions: [itemUri(us, inUs)] }
      const listener = await listen(mcpUrl, ending.access_token, filter)
      await ending.client.revoke(ending.refresh_token)
      expect(await nextMessage(listener.stream)).toMatchObject({
        id: 'listening',
        result: { resultType: 'complete' },
      })
      await listener.stream.ended()
    },
  )
})

describe('what is taken from a token', () => {
  verifies(
    ['subscriptions-told', 'resources-access', 'contract-3-never-beyond-role'],
    'is not told of any more, in no revision',
    async () => {
      const filter = { resourceSubscriptions: [itemUri(us, inUs), itemUri(tallow, 'TS-1')] }
      const modern = await listen(mcpUrl, analyst, filter)
      const session = await openSessionListener(mcpUrl, analyst)
      for (const uri of filter.resourceSubscriptions) {
        await session.request('resources/subscribe', { uri })
      }
      const id = (
        await stack.database.prisma.person.findFirstOrThrow({
          where: { email: 'analyst@neonpanel.test' },
        })
      ).id
      const admin = adminApi(stack)
      expect((await admin.patch(`/people/${id}`, { roles: { [us]: null } })).status).toBe(200)
      await importUs([repriced(inUs)])
      const changed = { companyId: tallow, skus: ['TS-1'], created: false }
      await stack.database.announcements.announce('ledger_items_changed', JSON.stringify(changed))
      for (const listener of [modern, session]) {
        expect(await listener.next()).toMatchObject({ params: { uri: itemUri(tallow, 'TS-1') } })
        listener.stream.close()
      }
    },
  )
})

describe('resources/subscribe', () => {
  for (const version of ['2025-11-25', '2025-06-18', '2025-03-26']) {
    verifies(
      ['subscriptions-told', 'RS-82'],
      `tells of the resource until it is unsubscribed, in ${version}`,
      async () => {
        const listener = await openSessionListener(mcpUrl, owner, version)
        const uri = itemUri(us, inUs)
        for (const each of [uri, itemUri(eu, inEu)]) {
          const answer = await listener.request('resources/subscribe', { uri: each })
          expect(answer.rpc.result).toEqual({})
        }
        await importUs([repriced('OTHER-US'), repriced(inUs)])
        expect(await listener.next()).toMatchObject({ method: updated, params: { uri } })
        await listener.request('resources/unsubscribe', { uri })
        await importUs([repriced(inUs)])
        await importEu([repriced(inEu)])
        expect(await listener.next()).toMatchObject({ params: { uri: itemUri(eu, inEu) } })
        listener.stream.close()
      },
    )
  }

  verifies(
    ['subscriptions-told', 'RS-82'],
    'tells of a longer list once the client has read one',
    async () => {
      const listener = await openSessionListener(mcpUrl, owner)
      await importUs([newItem('SESSION-1')])
      await listener.request('resources/list', {})
      await listener.request('resources/subscribe', { uri: `neonpanel://company/${us}` })
      await importUs([newItem('SESSION-2')])
      const heard = [await listener.next(), await listener.next()]
      expect(heard.map(({ method }) => method).toSorted()).toEqual([listChanged, updated])
      listener.stream.close()
    },
  )

  verifies(
    ['subscriptions-told', 'contract-5-sse'],
    'works on a stream of 2024-11-05',
    async () => {
      const listener = await openLegacyListener(mcpUrl, owner)
      const uri = itemUri(eu, inEu)
      expect((await listener.request('resources/subscribe', { uri })).rpc.result).toEqual({})
      await importEu([repriced(inEu)])
      expect(await listener.next()).toMatchObject({ method: updated, params: { uri } })
      listener.stream.close()
    },
  )

  verifies(
    ['subscriptions-told', 'resources-access', 'RS-69'],
    'is refused for what the token does not open, like what is not there',
    async () => {
      const listener = await openSessionListener(mcpUrl, analyst)
      for (const uri of [itemUri(eu, inEu), itemUri('co_nowhere', 'x'), 'test://other', 'no uri']) {
        const answer = await listener.request('resources/subscribe', { uri })
        expect(answer.rpc.error, uri).toMatchObject({ code: -32_602, data: { uri } })
      }
      listener.stream.close()
    },
  )
})
