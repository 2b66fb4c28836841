import { readFileSync } from 'node:fs'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { expect } from 'vitest'
import { modernCall } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { type Json, list, toolUser } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const scope = 'read:companies read:inventory write:import'
const { access_token: token } = await tokensFor(stack, { person: 'warehouse', scope })
const guide = readFileSync(new URL('../../docs/import.md', import.meta.url), 'utf8')

const examples = [...guide.matchAll(/^```json\n(.*?)^```/gms)].map(
  ([, json]) => JSON.parse(json!) as Json,
)

verifies(
  'contract-5-tool-import-items',
  'answers every example of the guide as the guide says',
  async () => {
    const { use } = toolUser(stack.mcpUrl, token)
    const [shown, broken, written] = [
      await use('import_items', examples[0]),
      await use('import_items', examples[1]),
      await use('import_items', examples[2]),
    ]
    expect(examples).toHaveLength(3)
    expect(shown).toMatchObject({
      valid: true,
      summary: { items_created: 1, items_updated: 1, stock_changes: 1 },
    })
    expect(broken.valid).toBe(false)
    for (const { row, column, message } of list(broken.problems)) {
      expect(guide).toContain(`\nrow ${row}, ${column}: ${message}\n`)
    }
    expect(written).toMatchObject({ dry_run: false, valid: true })
  },
)

verifies(
  'contract-5-tool-import-items',
  'has the columns that the guide lists, and no others',
  async () => {
    const { rpc } = await modernCall(stack.mcpUrl, token, 'tools/list')
    const tool = list(rpc.result?.tools).find(({ name }) => name === 'import_items')
    const schema = tool?.inputSchema as { properties: { rows: { items: { properties: Json } } } }
    const listed = [...guide.matchAll(/^\| `(\w+)` \|/gm)].map(([, column]) => column)
    expect(listed).toEqual(Object.keys(schema.properties.rows.items.properties))
  },
)
