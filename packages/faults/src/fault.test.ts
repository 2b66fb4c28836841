import { describe, expect, test } from 'vitest'
import { faultSchema } from './fault.ts'
import { faultKindNames, faultKinds } from './kinds.ts'
import { presets } from './presets.ts'

const problemsOf = (definition: unknown) =>
  faultSchema.safeParse(definition).error?.issues.map(({ path }) => path.join('.')) ?? []

describe('a fault', () => {
  test.each([
    ['nothing to do', { what: {} }, ['what']],
    ['an unknown member', { what: { status: 500, colour: 'red' } }, ['what']],
    ['a status that is none', { what: { status: 99 } }, ['what.status']],
    [
      'a header that splits the answer',
      { what: { headers: { a: 'b\r\nc: d' } } },
      ['what.headers'],
    ],
    ['a relative path', { where: { path: 'mcp' }, what: { status: 500 } }, ['where.path']],
    ['a server of no name', { where: { server: 'x' }, what: { status: 500 } }, ['where.server']],
    [
      'an endpoint of no name',
      { where: { endpoint: 'x' }, what: { status: 500 } },
      ['where.endpoint'],
    ],
    ['a count of zero', { what: { status: 500 }, until: { count: 0 } }, ['until.count']],
    ['a seed for nothing', { where: { seed: 1 }, what: { status: 500 } }, ['where.seed']],
    ['two answers', { what: { html: true, body: 'x' } }, ['what']],
    ['an answer and a change of the server’s', { what: { status: 500, jwks: 'stale' } }, ['what']],
    ['a status of its own for a challenge', { what: { status: 500, challenge: {} } }, ['what']],
    ['nothing to change', { what: { json: {} } }, ['what.json']],
    [
      'quotes in a challenge',
      { what: { challenge: { error_description: '"' } } },
      ['what.challenge.error_description'],
    ],
    [
      'several problems',
      { where: { path: 'x' }, what: { status: 1 }, until: { count: 0 } },
      ['where.path', 'what.status', 'until.count'],
    ],
  ])('has not %s', (_, definition, paths) => {
    expect(problemsOf(definition)).toEqual(paths)
  })

  test.each(faultKindNames)('can be %s, as its example says', (kind) => {
    expect(problemsOf({ what: { [kind]: faultKinds[kind].example } })).toEqual([])
  })

  test('keeps the JSON that it was written with', () => {
    const written = {
      where: { server: 'authorization-server', method: 'post', path: '/oauth2/token' },
      what: { status: 503, headers: { 'Retry-After': '5' }, body: { error: 'busy' } },
      until: { count: 1, expires_in_seconds: 60 },
    }
    const { where, what, until } = faultSchema.parse(written)
    expect({ where: { ...where, method: 'post' }, what, until }).toEqual(written)
  })
})

/** What people asked for most, or were hurt by: each has a preset. */
const threads = [
  'getsentry/junior#838',
  'dwmkerr/mock-llm#92',
  'dremio/dremio-mcp#102',
  'anthropics/claude-ai-mcp#913',
  'anthropics/claude-ai-mcp#968',
  'anthropics/claude-code#52871',
  'sigbit/mcp-auth-proxy#123',
  'anthropics/claude-code#84614',
  'samanhappy/mcphub#1174',
  'modelcontextprotocol/typescript-sdk#772',
  'cloudflare/workers-oauth-provider#33',
  'better-auth/better-auth#10946',
  'microsoft/vscode#278512',
  'contextstream/mcp-server#57',
  'Altinity/altinity-mcp#118',
  'taylorwilsdon/google_workspace_mcp#1015',
  'getsentry/sentry-mcp#1271',
  'modelcontextprotocol/inspector#571',
  'open-metadata/OpenMetadata#30673',
  'akutishevsky/nutrition-mcp#51',
  'anthropics/claude-ai-mcp#228',
  'PrefectHQ/fastmcp#4901',
  'metabase/metabase#82452',
  'navikt/mock-oauth2-server#345',
  'keycloak/keycloak#48527',
]

test.each(threads)('%s has a preset', (thread) => {
  expect(presets.flatMap(({ sources }) => sources)).toContain(thread)
})

test('presets tell a story in a sentence and where it is from', () => {
  expect(presets.length).toBeGreaterThanOrEqual(40)
  for (const { title, story, goodClient, sources } of presets) {
    expect(title).not.toMatch(/\.$/)
    expect(story).toMatch(/^[A-Z“a-z].*\.$/)
    expect(goodClient).toMatch(/^[a-z].*\.$/)
    expect(sources).not.toEqual([])
  }
})
