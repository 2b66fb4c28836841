import { resourceScopes } from '@neonpanel/contracts/scopes'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { modernCall, openSession, rpc } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { list, toolUser } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { mcpUrl } = stack
const scope = resourceScopes.join(' ')
const owner = (await tokensFor(stack, { scope })).access_token
const analyst = (await tokensFor(stack, { person: 'analyst', scope })).access_token
const { use } = toolUser(mcpUrl, owner)

const getPrompt = (name: string, values: Record<string, string> = {}, token = owner) =>
  modernCall(mcpUrl, token, 'prompts/get', { name, arguments: values })

/** The one text of an answer to `prompts/get`. */
function textOf({ rpc: answer }: Awaited<ReturnType<typeof getPrompt>>): string {
  const { messages } = answer.result as unknown as { messages: { content: { text: string } }[] }
  expect(messages).toMatchObject([{ role: 'user', content: { type: 'text' } }])
  return messages[0]?.content.text ?? ''
}

/** The first call that a text names. */
function firstCall(text: string) {
  const [, name = '', values = '{}'] = /\b([a-z_]+) with (\{.*?\})/.exec(text) ?? []
  return { name, values: JSON.parse(values) }
}

async function complete(argument: string, value: string, token = owner, known = {}) {
  const { rpc: answer } = await modernCall(mcpUrl, token, 'completion/complete', {
    ref: {
      type: 'ref/prompt',
      name: argument === 'item' ? 'item_landed_cost' : 'margin_by_channel',
    },
    argument: { name: argument, value },
    context: { arguments: known },
  })
  return (answer.result as { completion: { values: string[] } }).completion.values
}

describe('prompts', () => {
  verifies(
    ['prompts-questions', 'RS-60'],
    'are listed with the question as title and what may be filled in',
    async () => {
      const { rpc: answer } = await modernCall(mcpUrl, owner, 'prompts/list')
      expect(answer.result).toMatchObject({ cacheScope: 'private', ttlMs: expect.any(Number) })
      const prompts = list(answer.result?.prompts)
      expect(prompts.map(({ title }) => title)).toContain(
        'Show inventory items that run out next month',
      )
      for (const { description, arguments: values } of prompts) {
        expect(description).toEqual(expect.any(String))
        for (const value of list(values)) expect(value.description).toEqual(expect.any(String))
      }
      const landed = prompts.find(({ name }) => name === 'item_landed_cost')
      expect(landed?.arguments).toMatchObject([{ name: 'item', required: true }])
    },
  )

  verifies(
    'prompts-questions',
    '“run out next month” names the call that answers it, and the call works',
    async () => {
      const text = textOf(await getPrompt('items_running_out', { company: 'harbor goods llc' }))
      expect(text).toContain('Harbor Goods LLC')
      const { name, values } = firstCall(text)
      expect(name).toBe('get_inventory_items')
      const answer = await use(name, values)
      const rows = list(answer.items)
      expect(rows.length).toBeGreaterThan(0)
      for (const row of rows) {
        expect(row.company_id).toBe('co_harbor_us')
        expect(String(row.runs_out_on) < values.runs_out_before).toBe(true)
      }
      const month = new Date(`${answer.as_of}T00:00:00Z`)
      month.setUTCMonth(month.getUTCMonth() + 2, 1)
      expect(values.runs_out_before).toBe(month.toISOString().slice(0, 10))
    },
  )

  verifies('prompts-questions', 'take a month and an item as they are meant', async () => {
    const asked = { company: 'co_harbor_eu', month: '2026-05' }
    const { name, values } = firstCall(textOf(await getPrompt('margin_by_channel', asked)))
    expect(name).toBe('get_revenue_and_cogs')
    expect(values).toMatchObject({ company_id: 'co_harbor_eu', to: '2026-05-31' })
    await use(name, values)
    const [item] = list((await use('get_inventory_items', { limit: 1 })).items)
    const landed = firstCall(
      textOf(await getPrompt('item_landed_cost', { item: String(item?.sku) })),
    )
    expect(await use(landed.name, landed.values)).toMatchObject({})
    expect(landed).toEqual({ name: 'get_item_landed_cost', values: { item_id: item?.sku } })
  })

  verifies(
    ['prompts-questions', 'RS-69'],
    'refuse what they cannot understand, and say what they would',
    async () => {
      const refusals = [
        ['no_such_prompt', {}, /no_such_prompt/],
        ['item_landed_cost', {}, /item/],
        ['margin_by_channel', { month: 'May' }, /May is no month\. .* 2026-11/],
        ['margin_by_channel', { company: 'Nobody' }, /no company Nobody.*Harbor Goods LLC/],
        ['margin_by_channel', { year: '2026' }, /year/],
      ] as const
      for (const [name, values, words] of refusals) {
        const { rpc: answer } = await getPrompt(name, values)
        expect(answer.error?.code, name).toBe(-32_602)
        expect(answer.error?.message, name).toMatch(words)
      }
    },
  )

  verifies(
    ['prompts-questions', 'resources-access'],
    'know only the companies of the token',
    async () => {
      const refused = await getPrompt('what_to_reorder', { company: 'co_harbor_eu' }, analyst)
      expect(refused.rpc.error?.message).toContain('This connection has:')
      expect(refused.rpc.error?.message).not.toContain('B.V.')
      const wish = { person: 'owner@neonpanel.test', scope: 'read:analytics' }
      const { body } = await adminApi(stack).post<{ token: string }>('/tokens', wish)
      const text = textOf(await getPrompt('what_to_reorder', { company: 'Harbor' }, body.token))
      expect(text).toContain('Harbor (find its company_id with list_companies)')
    },
  )
})

describe('completion of prompts', () => {
  verifies('prompts-questions', 'offers companies by name, months and items', async () => {
    expect((await complete('company', 'har')).toSorted()).toEqual([
      'Harbor Goods EU B.V.',
      'Harbor Goods LLC',
    ])
    expect(await complete('company', 'co_harbor_us')).toEqual(['Harbor Goods LLC'])
    expect(await complete('company', '', analyst)).not.toContain('Harbor Goods EU B.V.')
    const months = await complete('month', '')
    expect(months).toHaveLength(15)
    for (const month of months) expect(month).toMatch(/^20\d\d-\d\d$/)
    const [item] = list((await use('get_inventory_items', { limit: 1 })).items)
    expect(await complete('item', String(item?.name))).toContain(item?.sku)
  })

  verifies(
    ['prompts-questions', 'RS-82'],
    'works in sessions, and offers nothing for what is no argument',
    async () => {
      const { request } = await openSession(mcpUrl, owner, '2025-06-18')
      const ask = (name: string, ref = 'margin_by_channel') =>
        request(
          rpc('completion/complete', {
            ref: { type: 'ref/prompt', name: ref },
            argument: { name, value: '' },
          }),
        )
      expect((await ask('company')).rpc.result).toMatchObject({ completion: { total: 2 } })
      expect((await ask('colour')).rpc.result).toMatchObject({ completion: { values: [] } })
      expect((await ask('company', 'no_such_prompt')).rpc.error?.code).toBe(-32_602)
      const got = await request(rpc('prompts/get', { name: 'stock_value', arguments: {} }))
      expect(got.rpc.result?.messages).toMatchObject([{ role: 'user' }])
    },
  )
})
