import { expect, test } from 'vitest'
import type { Story } from '../story.ts'
import { waitsOf } from '../waits.ts'
import { toHar } from './har.ts'
import { toMermaid } from './mermaid.ts'

const at = (milliseconds: number) => new Date(Date.UTC(2026, 10, 22, 12) + milliseconds)

const page = { method: 'GET', url: '/interaction/u', headers: {}, body: undefined }

const story: Story = {
  id: 'c-1',
  status: 'failed',
  step: 'token',
  clientId: 'app',
  clientName: 'Evil;\nend --> <script>#',
  personId: undefined,
  grantId: undefined,
  startedAt: at(0),
  endedAt: at(9_000),
  notes: [],
  exchanges: [
    {
      id: 'x1',
      server: 'authorization-server',
      step: 'consent',
      at: at(0),
      durationMs: 10,
      correlationId: 'c-1',
      request: page,
      response: {
        status: 200,
        headers: { 'set-cookie': ['a', 'b'] },
        body: '[text/html, 9 bytes]',
      },
    },
    {
      id: 'x2',
      server: 'authorization-server',
      step: 'consent',
      at: at(8_210),
      durationMs: 20,
      correlationId: 'c-2',
      request: { ...page, method: 'POST' },
      response: {
        status: 303,
        headers: { location: 'https://app.test/cb?state=s' },
        body: undefined,
      },
    },
    {
      id: 'x3',
      server: 'authorization-server',
      step: 'token',
      at: at(8_900),
      durationMs: 30,
      correlationId: undefined,
      request: {
        method: 'POST',
        url: '/oauth2/token?a=1',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=authorization_code',
      },
      response: { status: 400, headers: {}, body: { error: 'invalid_grant' } },
    },
    {
      id: 'x4',
      server: 'resource-server',
      step: 'connect',
      at: at(9_000),
      durationMs: 0,
      correlationId: undefined,
      request: {
        method: 'POST',
        url: '//evil.test/mcp',
        headers: {},
        body: { method: 'initialize' },
      },
      response: undefined,
    },
  ],
}

const origins = {
  'authorization-server': 'https://as.test',
  'resource-server': 'https://rs.test',
} as const

test('a HTTP Archive names whole addresses, every field, and answers that never came', () => {
  const { entries } = toHar(story, origins).log
  expect(entries.map(({ request }) => request.url)).toEqual([
    'https://as.test/interaction/u',
    'https://as.test/interaction/u',
    'https://as.test/oauth2/token?a=1',
    'https://rs.test//evil.test/mcp',
  ])
  expect(entries[0]!.response.headers).toEqual([
    { name: 'set-cookie', value: 'a' },
    { name: 'set-cookie', value: 'b' },
  ])
  expect(entries[1]!.response.redirectURL).toBe('https://app.test/cb?state=s')
  expect(entries[2]!.request).toMatchObject({
    queryString: [{ name: 'a', value: '1' }],
    postData: { mimeType: 'application/x-www-form-urlencoded', params: [] },
  })
  expect(entries[2]!.response.content.text).toBe('{"error":"invalid_grant"}')
  expect(entries[3]!.response).toMatchObject({ status: 0, content: { size: 0 } })
})

test('a diagram shows who asked whom and who waited; names cannot break it', () => {
  const verdict = {
    cause: 'code_reused',
    title: 'Code reused',
    says: '',
    fix: 'Ask again',
    source: '',
    evidence: { step: 'token' as const },
  }
  const lines = toMermaid(story, verdict).split('\n')
  expect(lines).toEqual([
    'sequenceDiagram',
    '  participant C as Evil#59; end --#62; #60;script#62;#35;',
    '  participant B as Browser',
    '  participant AS as Authorization server',
    '  participant RS as MCP server',
    '  B->>AS: GET /interaction/u',
    '  AS-->>B: 200',
    '  Note over B: 8.2 s on the consent page',
    '  B->>AS: POST /interaction/u',
    '  AS-->>B: 303',
    '  C->>AS: POST /oauth2/token',
    '  AS--xC: 400 invalid_grant',
    '  C->>RS: POST //evil.test/mcp initialize',
    '  RS--xC: no answer',
    '  Note over C,RS: Code reused. Ask again',
    '',
  ])
})

test('a page waits for its person until its form comes, or still', () => {
  expect(waitsOf(story)).toEqual([
    { exchangeId: 'x1', step: 'consent', from: at(10), durationMs: 8_200, isOpen: false },
  ])
  const open = { ...story, status: 'in_progress' as const, exchanges: story.exchanges.slice(0, 1) }
  expect(waitsOf(open, at(5_010).getTime())).toMatchObject([{ durationMs: 5_000, isOpen: true }])
  expect(waitsOf({ ...open, status: 'abandoned' })).toEqual([])
  const reloaded = { ...open, exchanges: [story.exchanges[0]!, ...story.exchanges.slice(0, 2)] }
  expect(waitsOf(reloaded)).toHaveLength(1)
})
