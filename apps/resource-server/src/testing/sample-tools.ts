import { z } from 'zod'
import { defineTool, readsOnly, type Tool, toolError } from '../mcp/tool.ts'

const listCompanies = defineTool({
  name: 'list_companies',
  title: 'List companies',
  description: 'Companies that the token opens.',
  scopes: ['read:companies'],
  annotations: readsOnly,
  input: z.strictObject({}),
  output: z.object({ companies: z.array(z.string()), person: z.string(), client: z.string() }),
  run: (_input, { companies, personId, clientId }) => ({
    companies: [...companies],
    person: personId,
    client: clientId,
  }),
})

const revenueAndCogs = defineTool({
  name: 'get_revenue_and_cogs',
  title: 'Get revenue and cost',
  description: 'Needs two scopes.',
  scopes: ['read:revenue', 'read:cogs'],
  annotations: readsOnly,
  input: z.strictObject({}),
  output: z.object({ margin: z.string() }),
  run: () => ({ margin: '12.50' }),
})

/** How `search` behaves follows from its query. */
const search = defineTool({
  name: 'search',
  title: 'Search',
  description:
    'Behaves as the query says: unknown, throw, mismatch, wait; else it finds the query.',
  scopes: ['read:inventory'],
  annotations: readsOnly,
  input: z.strictObject({ query: z.string() }),
  output: z.object({ results: z.array(z.string()) }),
  async run({ query }, { signal, log }) {
    if (query === 'unknown') return toolError('Nothing is called unknown.')
    if (query === 'throw') throw new Error('password of the database is hunter2')
    if (query === 'mismatch') return { results: [1] } as never
    if (query === 'wait') {
      log.info('waiting')
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      log.info('broken off')
    }
    return { results: [query] }
  },
})

/** Tools of the catalogue's names with trivial deeds: what is tested is the way to them. */
export const sampleTools: readonly Tool[] = [listCompanies, revenueAndCogs, search]
