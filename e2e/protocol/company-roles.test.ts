import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { expect } from 'vitest'
import { callTool } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()

/** The analyst: Finance analyst of Harbor Goods LLC, Viewer of Tallow Studio; one token for both. */
const { access_token: token } = await tokensFor(stack, {
  person: 'analyst',
  scope: 'read:companies read:inventory read:revenue read:cogs read:reports',
})

const call = (tool: string, input = {}) => callTool(stack.mcpUrl, token, tool, input)
const companyIds = (list: unknown) =>
  new Set((list as { company_id: string }[]).map(({ company_id }) => company_id))

verifies(
  ['contract-3-one-role', 'contract-3-never-beyond-role'],
  'a token of two companies reads in each only what the person’s role there holds',
  async () => {
    const items = await call('get_inventory_items', { limit: 100, query: 'TS-' })
    expect(companyIds(items.tool.structuredContent.items)).toEqual(new Set(['co_tallow']))
    const reports = await call('list_reports')
    expect(companyIds(reports.tool.structuredContent.reports)).toEqual(new Set(['co_harbor_us']))
    const revenue = await call('get_revenue_and_cogs', { company_id: 'co_tallow' })
    expect(revenue.tool.isError).toBe(true)
    expect(revenue.tool.content[0]?.text).not.toMatch(/Tallow/)
  },
)

verifies(
  'contract-3-never-beyond-role',
  'search and fetch keep finance documents of a company where the role holds no finance',
  async () => {
    const { tool } = await call('search', { query: 'profit and loss' })
    const found = tool.structuredContent.results as { id: string }[]
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter(({ id }) => id.includes('co_tallow'))).toEqual([])
    const id = found[0]?.id.replace('co_harbor_us', 'co_tallow')
    expect((await call('fetch', { id })).tool.isError).toBe(true)
  },
)
