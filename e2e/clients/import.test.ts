import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport as V1SseTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport as V1HttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport as V1Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { describe, expect, onTestFinished } from 'vitest'
import { modernVersion } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import type { Json } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

// On the embedded database an import holds the one connection: a token that had to be asked about meanwhile would let
// its cancellation wait until the import is written.
const stack = await testStack({ REVOCATION_CHECK_SECONDS: '600' })
const { prisma } = stack.database
const scope = 'read:companies read:inventory write:import'
const { access_token: token } = await tokensFor(stack, { person: 'warehouse', scope })

type Action = 'accept' | 'decline' | 'cancel'

interface Watch {
  readonly signal?: AbortSignal
  readonly onprogress?: (report: { progress: number; total?: number | undefined }) => void
}

/** A client of either SDK, as far as these tests are concerned. */
interface ImportingClient {
  import(wish: Json, watch?: Watch): Promise<Json>
}

/** @param answer what its person answers; without one it declares that it cannot ask */
type Connect = (answer?: Action) => Promise<{ client: ImportingClient; questions: string[] }>

const requestInit = { headers: bearer(token) }
const capabilitiesOf = (answer: Action | undefined) => (answer ? { elicitation: { form: {} } } : {})

function v2(mode: VersionNegotiationMode, sse = false): Connect {
  return async (answer) => {
    const questions: string[] = []
    const client = new Client(
      { name: 'v2', version: '1.0.0' },
      { versionNegotiation: { mode }, capabilities: capabilitiesOf(answer) },
    )
    if (answer) {
      client.setRequestHandler('elicitation/create', ({ params }) => {
        questions.push(params.message)
        return { action: answer, ...(answer === 'accept' && { content: {} }) }
      })
    }
    onTestFinished(() => client.close())
    await client.connect(
      sse
        ? new SSEClientTransport(new URL('/sse/', stack.mcpUrl), { requestInit })
        : new StreamableHTTPClientTransport(new URL(stack.mcpUrl), { requestInit }),
    )
    const call = async (wish: Json, watch?: Watch): Promise<Json> =>
      client.callTool({ name: 'import_items', arguments: wish }, watch)
    return { client: { import: call }, questions }
  }
}

function v1(sse = false): Connect {
  return async (answer) => {
    const questions: string[] = []
    const client = new V1Client(
      { name: 'v1', version: '1.0.0' },
      { capabilities: capabilitiesOf(answer) },
    )
    if (answer) {
      client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
        questions.push(params.message)
        return { action: answer, ...(answer === 'accept' && { content: {} }) }
      })
    }
    onTestFinished(() => client.close())
    const url = new URL(sse ? '/sse/' : '/mcp', stack.mcpUrl)
    const transport = sse
      ? new V1SseTransport(url, { requestInit })
      : new V1HttpTransport(url, { requestInit })
    await client.connect(transport as V1Transport)
    const call = async (wish: Json, watch?: Watch): Promise<Json> =>
      client.callTool({ name: 'import_items', arguments: wish }, undefined, watch)
    return { client: { import: call }, questions }
  }
}

const clients: [name: string, connect: Connect][] = [
  ['the v2 client in revision 2026-07-28', v2({ pin: modernVersion })],
  ['the v2 client in a session', v2('legacy')],
  ['the v2 client over HTTP+SSE', v2('legacy', true)],
  ['the v1 client in a session', v1()],
  ['the v1 client over HTTP+SSE', v1(true)],
]

let number = 0
function newImport(count = 1) {
  number += 1
  const rows = Array.from({ length: count }, (_, index) => ({
    sku: `E2E-CLIENT-${number}-${index}`,
    name: 'Imported by a client',
    category: 'Tests',
    supplier: 'Tests and Sons',
    unit_cost: '4.15',
    list_price: '9.90',
  }))
  return { dry_run: false, idempotency_key: `e2e-client-${number}`, rows }
}

type Import = ReturnType<typeof newImport>

const written = ({ rows }: Import) =>
  prisma.item.count({ where: { sku: { in: [rows[0]!.sku, rows.at(-1)!.sku] } } })

for (const [name, connect] of clients) {
  describe(name, () => {
    verifies('import-confirmed', 'asks its person, and writes when they accept', async () => {
      const wish = newImport()
      const { client, questions } = await connect('accept')
      const { structuredContent } = await client.import(wish)
      expect(structuredContent).toMatchObject({ dry_run: false, summary: { items_created: 1 } })
      expect(questions).toHaveLength(1)
      expect(await client.import(wish)).toMatchObject({ structuredContent })
      expect(questions).toHaveLength(1)
      const run = await prisma.importRun.findFirst({
        where: { idempotencyKey: wish.idempotency_key },
      })
      expect(JSON.parse(run?.detail ?? '')).toMatchObject({ confirmed_by: 'person' })
    })

    for (const action of ['decline', 'cancel'] as const) {
      verifies('import-confirmed', `writes nothing when they ${action}`, async () => {
        const wish = newImport()
        const { client, questions } = await connect(action)
        const result = await client.import(wish)
        expect(result.isError).toBe(true)
        expect(JSON.stringify(result.content)).toContain('nothing was written')
        expect(questions).toHaveLength(1)
        expect(await written(wish)).toBe(0)
      })
    }

    verifies('import-confirmed', 'that cannot ask is not asked to', async () => {
      const { client } = await connect()
      const { structuredContent } = await client.import(newImport())
      expect(structuredContent).toMatchObject({ dry_run: false, valid: true })
    })

    verifies(
      ['import-watched', 'import-size'],
      'hears how far an import of 5,000 rows is',
      async () => {
        const reports: number[] = []
        const wish = newImport(5_000)
        const { client } = await connect()
        const { structuredContent } = await client.import(wish, {
          onprogress: ({ progress, total }) => {
            reports.push(progress)
            expect(total).toBe(5_000)
          },
        })
        expect(structuredContent).toMatchObject({ summary: { items_created: 5_000 } })
        expect(await written(wish)).toBe(2)
        expect(reports.length).toBeGreaterThan(10)
        expect(reports).toEqual(reports.toSorted((a, b) => a - b))
      },
    )

    verifies(
      ['import-watched', 'RS-67'],
      'that cancels an import which is under way leaves nothing written',
      async () => {
        const wish = newImport(5_000)
        const { client } = await connect()
        const stop = new AbortController()
        const watch = { signal: stop.signal, onprogress: () => stop.abort() }
        await expect(client.import(wish, watch)).rejects.toThrow()
        // It waits for the one that was broken off, if that is still at work.
        const again = await client.import({ ...wish, rows: wish.rows.slice(0, 1) })
        expect(again.structuredContent).toMatchObject({ summary: { items_created: 1 } })
        expect(await written(wish)).toBe(1)
      },
    )
  })
}
