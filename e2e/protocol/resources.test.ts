import { resourceScopes } from '@neonpanel/contracts/scopes'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { describe, expect } from 'vitest'
import { openEventStream } from '../harness/event-stream.ts'
import { initializeMessage, mcpRequest, modernCall, openSession, rpc } from '../harness/mcp.ts'
import { contentOf, itemUri, listResources, readResource } from '../harness/resources.ts'
import { testStack } from '../harness/stack.ts'
import { list, toolUser } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { mcpUrl } = stack
const scope = resourceScopes.join(' ')
const owner = (await tokensFor(stack, { scope })).access_token
const analyst = (await tokensFor(stack, { person: 'analyst', scope })).access_token
const narrow = (await tokensFor(stack, { scope: 'read:companies read:inventory' })).access_token
const { use } = toolUser(mcpUrl, owner)
const [item] = list((await use('get_inventory_items', { limit: 1 })).items)
const uri = itemUri(String(item?.company_id), String(item?.sku))
const unknown = [
  itemUri(String(item?.company_id), 'NO-SUCH-SKU'),
  itemUri('co_nowhere', String(item?.sku)),
  'neonpanel://company/co_nowhere',
  'neonpanel://company/co_harbor_us/report/profit_and_loss.co_harbor_us.1999-01',
  'neonpanel://warehouse/1',
  'https://example.com/',
]

describe('the list of resources', () => {
  verifies(
    ['resources-listed', 'RS-60'],
    'has everything that the token opens once, in private pages of a size for a model',
    async () => {
      const { pages, resources } = await listResources(mcpUrl, owner)
      const uris = resources.map((each) => each.uri)
      expect(new Set(uris).size).toBe(uris.length)
      expect(uris).toEqual(uris.toSorted())
      expect(uris).toContain(uri)
      expect(uris).toContain('neonpanel://company/co_harbor_us')
      for (const kind of ['/item/', '/shipment/', '/report/']) {
        expect(uris.filter((each) => each.includes(kind)).length).toBeGreaterThan(3)
      }
      for (const { rpc: answer } of pages) {
        expect(answer.result).toMatchObject({ cacheScope: 'private', ttlMs: expect.any(Number) })
        expect(list(answer.result?.resources).length).toBeLessThanOrEqual(100)
      }
      for (const { mimeType, annotations, title } of resources) {
        expect(mimeType).toBe('application/json')
        expect(title).not.toBe('')
        expect(annotations.audience).toEqual(['user', 'assistant'])
      }
      const dated = resources.filter(({ annotations }) => annotations.lastModified)
      expect(dated.every((each) => !each.uri.includes('/item/'))).toBe(true)
      expect(dated.length).toBeGreaterThan(0)
    },
  )

  verifies(
    'resources-access',
    'has nothing that the scopes and companies of the token do not open',
    async () => {
      const seen = (await listResources(mcpUrl, narrow)).resources.map((each) => each.uri)
      expect(seen.some((each) => each.includes('/item/'))).toBe(true)
      expect(seen.filter((each) => /\/(report|shipment)\//.test(each))).toEqual([])
      const theirs = (await listResources(mcpUrl, analyst)).resources.map((each) => each.uri)
      expect(theirs.filter((each) => each.includes('co_harbor_eu'))).toEqual([])
      // Analyst of one company, and no more than viewer of the other.
      expect(theirs.some((each) => each.includes('co_harbor_us/report/'))).toBe(true)
      expect(theirs.some((each) => /co_tallow[^/]*\/item\//.test(each))).toBe(true)
      expect(theirs.filter((each) => /co_tallow[^/]*\/report\//.test(each))).toEqual([])
    },
  )

  verifies(
    'resources-listed',
    'goes on where it was although an item came, and refuses a foreign cursor',
    async () => {
      const first = await modernCall(mcpUrl, owner, 'resources/list')
      const before = (await listResources(mcpUrl, owner)).resources
      const row = { sku: 'AAA-0001', name: 'New', category: 'Tests', supplier: 'Tests and Sons' }
      const priced = { ...row, unit_cost: '1.00', list_price: '2.00' }
      await use('import_items', {
        company_id: 'co_harbor_eu',
        rows: [priced],
        dry_run: false,
        idempotency_key: 'resources-paging',
      })
      const cursor = first.rpc.result?.nextCursor
      const second = await modernCall(mcpUrl, owner, 'resources/list', { cursor })
      const shown = list(second.rpc.result?.resources).map((each) => each.uri)
      expect(shown).toEqual(before.slice(100, 200).map((each) => each.uri))
      const refused = await modernCall(mcpUrl, owner, 'resources/list', { cursor: 'bm9wZQ' })
      expect(refused.rpc.error).toMatchObject({ code: -32_602 })
    },
  )

  verifies('resources-listed', 'is completed by templates for every kind', async () => {
    const { rpc: answer } = await modernCall(mcpUrl, narrow, 'resources/templates/list')
    expect(answer.result?.resourceTemplates).toMatchObject([
      { uriTemplate: 'neonpanel://company/{company_id}', mimeType: 'application/json' },
      { uriTemplate: 'neonpanel://company/{company_id}/item/{sku}' },
      { uriTemplate: 'neonpanel://company/{company_id}/shipment/{shipment_id}' },
      { uriTemplate: 'neonpanel://company/{company_id}/report/{report_id}' },
    ])
    expect(answer.result?.cacheScope).toBe('private')
  })
})

describe('reading a resource', () => {
  verifies(['resources-same', 'RS-60'], 'says what the tool says', async () => {
    const answer = await readResource(mcpUrl, owner, uri)
    expect(answer.rpc.result).toMatchObject({
      contents: [{ uri, mimeType: 'application/json' }],
      cacheScope: 'private',
      ttlMs: expect.any(Number),
    })
    expect(contentOf(answer)).toEqual({ as_of: expect.any(String), ...item })
    const [company] = list((await use('list_companies')).companies)
    const companyAnswer = await readResource(mcpUrl, owner, `neonpanel://company/${company?.id}`)
    expect(contentOf(companyAnswer)).toEqual(company)
    for (const kind of ['profit_and_loss', 'stock_valuation']) {
      const [report] = list((await use('list_reports', { kind, limit: 1 })).reports)
      const reportUri = `neonpanel://company/${report?.company_id}/report/${report?.id}`
      expect(contentOf(await readResource(mcpUrl, owner, reportUri))).toEqual(
        await use('get_report', { report_id: report?.id }),
      )
    }
  })

  verifies('resources-same', 'adds the lines of a shipment up to its landed cost', async () => {
    const { resources } = await listResources(mcpUrl, owner)
    const shipment = resources.find((each) => each.uri.includes('/shipment/'))
    const content = contentOf(await readResource(mcpUrl, owner, shipment?.uri ?? ''))
    const cents = (value: unknown) => Math.round(Number((value as { amount: string }).amount) * 100)
    const sum = (values: unknown[]) => values.reduce<number>((all, each) => all + cents(each), 0)
    const lines = list(content.lines)
    expect(lines.length).toBeGreaterThan(0)
    expect(sum(lines.map((line) => line.landed))).toBe(cents(content.landed_cost))
    const goods = sum(lines.map((line) => line.goods))
    const charges = sum(list(content.charges).map((charge) => charge.amount))
    expect(goods + charges).toBe(cents(content.landed_cost))
  })

  verifies(
    ['resources-access', 'RS-69'],
    'is -32602 for what does not exist and for another person’s, alike, and never empty',
    async () => {
      for (const each of unknown) {
        const { rpc: answer } = await readResource(mcpUrl, owner, each)
        expect(answer.error, each).toMatchObject({ code: -32_602, data: { uri: each } })
        expect(answer).not.toHaveProperty('result')
      }
      const foreign = 'neonpanel://company/co_harbor_eu'
      const [hidden, absent] = [
        await readResource(mcpUrl, analyst, foreign),
        await readResource(mcpUrl, analyst, 'neonpanel://company/co_harbor_xx'),
      ]
      expect(hidden.status).toBe(absent.status)
      expect(hidden.text.replaceAll('eu', 'xx')).toBe(absent.text)
    },
  )

  verifies(
    ['resources-access', 'RS-15', 'RS-16'],
    'without its scope is 403 with every scope in one challenge, in every revision',
    async () => {
      const report = 'neonpanel://company/co_harbor_us/report/any'
      const shipment = 'neonpanel://company/co_harbor_us/shipment/any'
      const insufficient = (headers: Headers, scope: string) => {
        const challenge = headers.get('www-authenticate')
        expect(challenge).toContain('error="insufficient_scope"')
        expect(challenge).toContain(`scope="${scope}"`)
      }
      const modern = await readResource(mcpUrl, narrow, report)
      expect(modern.status).toBe(403)
      insufficient(modern.headers, 'read:reports')
      const watched = { notifications: { resourceSubscriptions: [report, shipment] } }
      const listening = await modernCall(mcpUrl, narrow, 'subscriptions/listen', watched)
      expect(listening.status).toBe(403)
      insufficient(listening.headers, 'read:reports read:landed-cost')

      const session = await openSession(mcpUrl, narrow, '2025-11-25')
      for (const method of ['resources/read', 'resources/subscribe']) {
        const answer = await session.request(rpc(method, { uri: shipment }))
        expect(answer.status, method).toBe(403)
        insufficient(answer.headers, 'read:landed-cost')
      }
      const batching = await openSession(mcpUrl, narrow, '2025-03-26')
      const batch = [report, shipment].map((each, id) => rpc('resources/read', { uri: each }, id))
      const answer = await batching.request(batch)
      expect(answer.status).toBe(403)
      insufficient(answer.headers, 'read:reports read:landed-cost')
    },
  )

  verifies(
    ['resources-same', 'RS-69', 'RS-82'],
    'works in sessions and on streams, and so do its errors',
    async () => {
      for (const version of ['2025-11-25', '2025-06-18', '2025-03-26']) {
        const { request } = await openSession(mcpUrl, owner, version)
        expect(contentOf(await request(rpc('resources/read', { uri })))).toMatchObject({
          sku: item?.sku,
        })
        const missing = await request(rpc('resources/read', { uri: unknown[0] }))
        expect(missing.rpc.error).toMatchObject({ code: -32_602, data: { uri: unknown[0] } })
      }
      const stream = await openEventStream(mcpUrl, bearer(owner))
      const endpoint = new URL((await stream.next()).data, mcpUrl).href
      const post = (message: unknown) => mcpRequest(endpoint, message, bearer(owner))
      await post(initializeMessage('2024-11-05', 1))
      expect(JSON.parse((await stream.next()).data)).toMatchObject({
        result: { capabilities: { resources: { subscribe: true }, prompts: {}, completions: {} } },
      })
      await post({ jsonrpc: '2.0', method: 'notifications/initialized' })
      await post(rpc('resources/read', { uri }, 2))
      expect(JSON.parse((await stream.next()).data)).toMatchObject({
        id: 2,
        result: { contents: [{ uri }] },
      })
      stream.close()
    },
  )
})

describe('completion of resource templates', () => {
  const complete = async (
    token: string,
    template: string,
    name: string,
    value: string,
    known = {},
  ) => {
    const params = {
      ref: { type: 'ref/resource', uri: template },
      argument: { name, value },
      context: { arguments: known },
    }
    const { rpc: answer } = await modernCall(mcpUrl, token, 'completion/complete', params)
    return answer
  }
  const valuesOf = (answer: { result?: Record<string, unknown> }) =>
    (answer.result as { completion: { values: string[] } }).completion.values
  const items = 'neonpanel://company/{company_id}/item/{sku}'
  const reports = 'neonpanel://company/{company_id}/report/{report_id}'

  verifies(
    ['resources-listed', 'resources-access'],
    'knows companies by id and name, items by SKU and name, and only the token’s',
    async () => {
      const harbor = valuesOf(await complete(owner, items, 'company_id', 'harbor'))
      expect(harbor.toSorted()).toEqual(['co_harbor_eu', 'co_harbor_us'])
      expect(valuesOf(await complete(owner, items, 'company_id', 'co_harbor_u'))).toEqual([
        'co_harbor_us',
      ])
      expect(valuesOf(await complete(analyst, items, 'company_id', ''))).not.toContain(
        'co_harbor_eu',
      )
      const sku = String(item?.sku)
      const inCompany = { company_id: item?.company_id }
      expect(valuesOf(await complete(owner, items, 'sku', sku.slice(0, -1), inCompany))).toContain(
        sku,
      )
      const [word] = String(item?.name).split(' ')
      expect(valuesOf(await complete(owner, items, 'sku', word ?? '', inCompany))).toContain(sku)
      expect(
        valuesOf(await complete(owner, items, 'sku', sku, { company_id: 'co_nowhere' })),
      ).toEqual([])
    },
  )

  verifies(
    'resources-access',
    'has nothing without the scope, and refuses a template that is not there',
    async () => {
      const known = { company_id: 'co_harbor_us' }
      expect(valuesOf(await complete(owner, reports, 'report_id', 'stock', known))).not.toEqual([])
      expect(valuesOf(await complete(narrow, reports, 'report_id', 'stock', known))).toEqual([])
      const nowhere = await complete(owner, 'neonpanel://{x}', 'x', '')
      expect(nowhere).toMatchObject({ error: { code: -32_602 } })
      const many = await complete(owner, reports, 'report_id', '')
      expect(many.result?.completion).toMatchObject({ total: expect.any(Number) })
      expect(valuesOf(many).length).toBeLessThanOrEqual(100)
    },
  )
})
