import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PersonaName, personaNames } from './catalogue.ts'
import { runPersona } from './run-persona.ts'
import { mcpUrl, servers } from './testing/servers.ts'

const words = fc.oneof(
  fc.string(),
  fc.constantFrom('%', 'http://', 'javascript:alert(1)', 'https://as.example', mcpUrl, '/mcp', ''),
)

const json = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      resource: words,
      authorization_servers: fc.array(words, { maxLength: 2 }),
      issuer: words,
      authorization_endpoint: words,
      token_endpoint: words,
      registration_endpoint: words,
      client_id: words,
      access_token: words,
      token_type: fc.constantFrom('Bearer', 'DPoP', ''),
      id: fc.constantFrom(0, 1, null),
      result: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.record({ tools: json0() })),
      error: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
)

function json0() {
  return fc.array(fc.record({ name: fc.jsonValue(), inputSchema: fc.jsonValue() }))
}

const body = fc.oneof(
  json.map((value) => JSON.stringify(value)),
  fc.string(),
  json.map((value) => `event: message\ndata: ${JSON.stringify(value)}\n\n`),
  fc.constant('event: endpoint\ndata: http://[\n\n'),
)

const answer = fc.record({
  at: fc.nat(12),
  status: fc.constantFrom(200, 201, 301, 400, 401, 403, 404, 405, 429, 500),
  type: fc.constantFrom('application/json', 'text/html', 'text/event-stream', ''),
  challenge: fc.oneof(
    fc.constant('Basic realm="x"'),
    words.map((url) => `Bearer resource_metadata="${url.replace(/[^\x21-\x7e]/g, '')}", scope=x`),
  ),
  body,
})

test('whatever servers answer, a persona ends with a story', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...personaNames),
      fc.array(answer, { minLength: 1, maxLength: 3 }),
      async (name: PersonaName, odd) => {
        let count = 0
        const { fetch, openBrowser } = servers({
          headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' },
          answer: () => {
            const found = odd.find(({ at }) => at === count)
            count += 1
            if (!found) return undefined
            const { status, type, challenge, body } = found
            const headers = { 'content-type': type, 'www-authenticate': challenge }
            return new Response(body, { status, headers })
          },
        })
        const wish = { fetch, openBrowser: openBrowser(), timeoutMs: 500 }
        const { story, steps } = await runPersona(name, mcpUrl, wish)
        expect(['completed', 'failed', 'denied']).toContain(story.status)
        expect(steps.at(-1)?.ok).toBe(story.status === 'completed')
      },
    ),
    { numRuns: 400 },
  )
})
