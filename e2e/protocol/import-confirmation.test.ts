import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { claude } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { callAs, type InputRequired, type Retry, streamOf } from '../harness/elicitation.ts'
import { initializeMessage, mcpRequest, openSession, rpc, type ToolResult } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import type { Json } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const scope = 'read:companies read:inventory write:import'
const { access_token: token } = await tokensFor(stack, { person: 'warehouse', scope })
const { access_token: ownersToken } = await tokensFor(stack, { person: 'owner', scope })

const forms = { elicitation: {} }

let number = 0
/** An import of one new item, with a key of its own. */
function newImport(company = 'co_harbor_eu') {
  number += 1
  const item = {
    sku: `E2E-ASK-${number}`,
    name: 'Asked about',
    category: 'Tests',
    supplier: 'Tests and Sons',
    unit_cost: '4.15',
    list_price: '9.90',
  }
  const wish = { company_id: company, dry_run: false, idempotency_key: `e2e-asked-${number}` }
  return { ...wish, rows: [item] }
}

type Import = ReturnType<typeof newImport>

const isWritten = async ({ rows }: Import) =>
  (await stack.database.prisma.item.count({ where: { sku: rows[0]!.sku } })) > 0

async function call(wish: Json, retry?: Retry, capabilities: Json = forms, bearerToken = token) {
  const answer = await callAs(stack.mcpUrl, bearerToken, capabilities, [
    'import_items',
    wish,
    retry,
  ])
  return {
    ...answer,
    asked: answer.rpc.result as unknown as InputRequired,
    tool: answer.rpc.result as unknown as ToolResult,
  }
}

const answered = (action: string, more: Json = {}) => ({
  confirmation: { action, ...(action === 'accept' && { content: {} }), ...more },
})

describe('an import by a client that can ask, in revision 2026-07-28', () => {
  verifies(
    ['RS-64', 'import-confirmed'],
    'asks with a summary and writes nothing, then writes what was accepted, once',
    async () => {
      const wish = newImport()
      const { asked } = await call(wish)
      expect(asked.resultType).toBe('input_required')
      expect(Object.keys(asked.inputRequests)).toEqual(['confirmation'])
      const { method, params } = asked.inputRequests.confirmation!
      expect(method).toBe('elicitation/create')
      expect(params.message).toContain('Import into Harbor Goods EU B.V.?\nItems created: 1.')
      expect(await isWritten(wish)).toBe(false)
      const retry = {
        requestState: asked.requestState,
        inputResponses: answered('accept'),
      }
      const answers = await Promise.all([call(wish, retry), call(wish, retry), call(wish, retry)])
      const ids = answers.map(({ tool }) => tool.structuredContent.import_id)
      expect(ids[0]).toMatch(/^imp_/)
      expect(new Set(ids).size).toBe(1)
      const again = await call(wish)
      expect(again.tool.structuredContent.import_id).toBe(ids[0])
      const { idempotency_key: idempotencyKey } = wish
      expect(await stack.database.prisma.importRun.count({ where: { idempotencyKey } })).toBe(1)
    },
  )

  for (const action of ['decline', 'cancel']) {
    verifies(
      ['RS-64', 'import-confirmed'],
      `writes nothing when the person does ${action}, and says so`,
      async () => {
        const wish = newImport()
        const { asked } = await call(wish)
        const { requestState } = asked
        const { tool } = await call(wish, { requestState, inputResponses: answered(action) })
        expect(tool.isError).toBe(true)
        expect(tool.content[0]?.text).toContain('nothing was written')
        expect(await isWritten(wish)).toBe(false)
      },
    )
  }

  verifies(
    'RS-64',
    'asks again where the answer is missing or of another kind, and ignores more than it asked for',
    async () => {
      const wish = newImport()
      const { requestState } = (await call(wish)).asked
      for (const inputResponses of [{}, { other: { action: 'accept' } }, { confirmation: {} }]) {
        const { asked } = await call(wish, { requestState, inputResponses })
        expect(asked.resultType).toBe('input_required')
      }
      expect((await call(wish, { requestState })).asked.resultType).toBe('input_required')
      expect(await isWritten(wish)).toBe(false)
      const inputResponses = { ...answered('accept'), other: { action: 'decline' } }
      const { tool } = await call(wish, { requestState, inputResponses })
      expect(tool.structuredContent.import_id).toMatch(/^imp_/)
    },
  )

  verifies('RS-64', 'asks nobody through a client that declares no forms', async () => {
    for (const capabilities of [{}, { elicitation: { url: {} } }]) {
      const { tool } = await call(newImport(), undefined, capabilities)
      expect(tool.structuredContent.import_id).toMatch(/^imp_/)
    }
  })

  verifies('import-confirmed', 'asks about no dry run', async () => {
    const { idempotency_key: _, ...wish } = newImport()
    const { tool } = await call({ ...wish, dry_run: true })
    expect(tool.structuredContent).toMatchObject({ dry_run: true, valid: true })
  })

  verifies(
    'import-confirmed',
    'asks again when the books have changed since the person agreed',
    async () => {
      const wish = newImport()
      const { requestState } = (await call(wish)).asked
      const [item] = wish.rows
      await call({ ...newImport(), rows: [{ ...item!, list_price: '8.00' }] }, undefined, {})
      const accepted = { inputResponses: answered('accept') }
      const second = await call(wish, { requestState, ...accepted })
      const [question] = Object.values(second.asked.inputRequests)
      expect(question?.params.message).toContain('Items created: 0. Items changed: 1.')
      const third = await call(wish, { requestState: second.asked.requestState, ...accepted })
      expect(third.tool.structuredContent.import_id).toMatch(/^imp_/)
    },
  )
})

describe('the state of a question', () => {
  const accepted = { inputResponses: answered('accept') }
  const refused = { code: -32_602, data: { reason: 'invalid_request_state' } }

  verifies('RS-65', 'is refused when it was altered or made up', async () => {
    const wish = newImport()
    const { requestState } = (await call(wish)).asked
    const [version, body, mac] = requestState.split('.') as [string, string, string]
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
    const later = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 60 }))
    for (const altered of [
      `${version}.${later.toString('base64url')}.${mac}`,
      `${version}.${body}.${mac.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
      `${version}.${body}.`,
      'accepted',
      '',
    ]) {
      const { rpc: answer } = await call(wish, { requestState: altered, ...accepted })
      expect(answer.error, altered).toMatchObject(refused)
    }
    expect(await isWritten(wish)).toBe(false)
  })

  verifies('RS-65', 'is worth nothing to another person or client', async () => {
    const wish = newImport()
    const { requestState } = (await call(wish, undefined, forms, ownersToken)).asked
    const foreign = await call(wish, { requestState, ...accepted })
    expect(foreign.rpc.error).toMatchObject(refused)
    const { access_token: otherClient } = await tokensFor(stack, {
      person: 'owner',
      scope,
      client: claude,
    })
    const elsewhere = await call(wish, { requestState, ...accepted }, forms, otherClient)
    expect(elsewhere.rpc.error).toMatchObject(refused)
    expect(await isWritten(wish)).toBe(false)
  })

  verifies('RS-65', 'is refused after 15 minutes', async () => {
    const wish = newImport()
    const { requestState } = (await call(wish)).asked
    passTime(15 * 60 + 1)
    expect((await call(wish, { requestState, ...accepted })).rpc.error).toMatchObject(refused)
    expect(await isWritten(wish)).toBe(false)
  })

  verifies('RS-65', 'goes with the very call that it came from', async () => {
    const wish = newImport()
    const { requestState } = (await call(wish)).asked
    const [item] = wish.rows
    const other = { ...wish, rows: [{ ...item!, unit_cost: '0.01' }] }
    const { tool } = await call(other, { requestState, ...accepted })
    expect(tool.isError).toBe(true)
    expect(tool.content[0]?.text).toContain('requestState is that of another call')
    const { tool: search } = await callAs(stack.mcpUrl, token, forms, [
      'search',
      { query: 'linen' },
      { requestState, ...accepted },
    ]).then(({ rpc: answer }) => ({ tool: answer.result as unknown as ToolResult }))
    expect(search.isError).toBe(true)
    expect(await isWritten(wish)).toBe(false)
  })
})

/**
 * Calls in a session of its own.
 *
 * @param whileAsked happens before the person accepts
 * @returns the methods of what came on the stream, and at the end the result
 */
async function importInSession(
  { mcpUrl }: { readonly mcpUrl: string },
  bearerToken: string,
  version: string,
  wish: Import,
  whileAsked: () => Promise<void>,
): Promise<unknown[]> {
  const initialize = initializeMessage(version)
  Object.assign(initialize.params as Json, { capabilities: forms })
  const opened = await mcpRequest(mcpUrl, initialize, bearer(bearerToken))
  const headers = {
    'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
    'mcp-protocol-version': version,
    ...bearer(bearerToken),
  }
  const send = (message: unknown) => mcpRequest(mcpUrl, message, headers)
  await send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  const params = { name: 'import_items', arguments: wish, _meta: { progressToken: 'p-1' } }
  const seen: unknown[] = []
  for await (const message of streamOf(mcpUrl, rpc('tools/call', params, 7), headers)) {
    seen.push(message.method ?? message.result)
    if (message.method !== 'elicitation/create') continue
    await whileAsked()
    const result = { action: 'accept', content: {} }
    expect((await send({ jsonrpc: '2.0', id: message.id, result })).status).toBe(202)
  }
  return seen
}

describe('an import by a client that can ask, in a session', () => {
  for (const version of ['2025-06-18', '2025-11-25']) {
    verifies(
      ['contract-5-streamable', 'import-confirmed', 'import-watched'],
      `of ${version} asks by a request on the stream of the call, and goes on with its answer`,
      async () => {
        const wish = newImport()
        const seen = await importInSession(stack, token, version, wish, async () => {
          expect(await isWritten(wish)).toBe(false)
        })
        expect(seen).toEqual([
          'elicitation/create',
          'notifications/progress',
          'notifications/progress',
          expect.objectContaining({
            structuredContent: expect.objectContaining({ dry_run: false, valid: true }),
          }),
        ])
      },
    )
  }

  verifies(
    ['import-confirmed', 'contract-3-never-beyond-role'],
    'writes nothing when access has ended by the time that the person accepts',
    async () => {
      const strict = await stackForTest({ REVOCATION_CHECK_SECONDS: '0' })
      const tokens = await tokensFor(strict, { person: 'warehouse', scope })
      const { prisma } = strict.database
      const email = 'warehouse@neonpanel.test'
      const { id } = await prisma.person.findFirstOrThrow({ where: { email } })
      const wish = newImport()
      const seen = await importInSession(
        strict,
        tokens.access_token,
        '2025-11-25',
        wish,
        async () => {
          const roles = { co_harbor_eu: 'Viewer' }
          expect((await adminApi(strict).patch(`/people/${id}`, { roles })).status).toBe(200)
        },
      )
      expect(seen.at(-1)).toMatchObject({ isError: true })
      expect(JSON.stringify(seen.at(-1))).toContain('nothing was done')
      expect(await prisma.item.count({ where: { sku: wish.rows[0]!.sku } })).toBe(0)
    },
  )

  verifies('import-watched', 'tells no progress to a call that did not ask for it', async () => {
    const opened = await openSession(stack.mcpUrl, token, '2025-11-25')
    const params = { name: 'import_items', arguments: newImport() }
    const call = rpc('tools/call', params, 9)
    const headers = { ...opened.headers, ...bearer(token) }
    const seen: Json[] = []
    for await (const message of streamOf(stack.mcpUrl, call, headers)) seen.push(message)
    expect(seen).toMatchObject([{ id: 9, result: { structuredContent: { dry_run: false } } }])
  })
})
