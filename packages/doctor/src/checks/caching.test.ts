import { expect, test } from 'vitest'
import type { Addresses, Changes } from '../testing/changes.ts'
import { examineArea, learnt, named } from '../testing/findings.ts'
import type { Asked } from '../testing/play.ts'
import { startServers } from '../testing/servers.ts'
import { examineCaching } from './caching.ts'

async function examined(changes: Changes) {
  await using servers = await startServers(changes)
  const known = changes.open ? {} : await learnt(servers)
  const { findings } = await examineArea(servers.mcpUrl, 'caching', (x) => examineCaching(x, known))
  return { findings, named: named(findings) }
}

type Which = (asked: Asked, at: Addresses) => boolean

/** Headers laid over the healthy answers of some requests; null takes one away. */
const headers = (which: Which, laid: Record<string, string | null>): Changes => ({
  mend: (response, asked, at) => {
    if (!which(asked, at)) return response
    for (const [name, value] of Object.entries(laid)) {
      if (value === null) response.headers.delete(name)
      else response.headers.set(name, value)
    }
    return response
  },
})

const document: Which = ({ url }) => url.pathname === '/.well-known/oauth-authorization-server'
const mcp: Which = ({ url }) => url.pathname === '/mcp'
const token: Which = ({ url }) => url.pathname === '/token'
const resourceServer: Which = ({ url }, { mcpOrigin }) => url.origin === mcpOrigin

const cache = (which: Which, value: string | null) => headers(which, { 'cache-control': value })

/** The time so many seconds from now. */
const soon = (seconds: number) => ({ date: new Date(Date.now() + seconds * 1000).toUTCString() })

test('finds nothing wrong with healthy servers', async () => {
  expect((await examined({})).findings).toEqual([])
  expect((await examined({ open: true })).findings).toEqual([])
})

test.each<[string, Changes, string[]]>([
  [
    'metadata for a year',
    cache(document, 'public, max-age=31536000'),
    ['warning metadata_cached_too_long'],
  ],
  [
    'immutable metadata',
    cache(document, 'max-age=600, immutable'),
    ['warning metadata_cached_too_long'],
  ],
  ['metadata without a word', cache(document, null), ['note metadata_cache_unsaid']],
  [
    'an origin in a cache',
    headers(document, { 'access-control-allow-origin': 'http://localhost:6274' }),
    ['warning metadata_varies_unsaid'],
  ],
  [
    'an origin, and a cache that knows',
    headers(document, { 'access-control-allow-origin': 'http://localhost:6274', vary: 'Origin' }),
    [],
  ],
  ['a 401 of a CDN', headers(mcp, { 'cf-cache-status': 'HIT' }), ['error challenge_from_cache']],
  ['an old 401', headers(mcp, { age: '12' }), ['error challenge_from_cache']],
  ['a public 401', cache(mcp, 'public, max-age=60'), ['warning challenge_cacheable']],
  ['public tokens', cache(token, 'public, max-age=60'), ['warning token_answer_cacheable']],
  ['tokens without a word', cache(token, null), ['note token_error_without_no_store']],
])('%s', async (_, changes, expected) => {
  const { findings, named } = await examined(changes)
  expect(named).toEqual(expected)
  expect(findings.every(({ got, exchanges }) => got && exchanges.length > 0)).toBe(true)
})

test.each<[string, Which, number, string[], RegExp]>([
  ['both 40 s ahead', () => true, 40, ['note clock_skew'], /(39|40|41) s ahead of this computer/],
  ['both 2 minutes behind', () => true, -120, ['warning clock_skew'], /s behind this computer/],
  ['both an hour behind', () => true, -3600, ['error clock_skew'], /s behind this computer/],
  ['one 10 minutes ahead', resourceServer, 600, ['error clocks_disagree'], /behind the MCP server/],
  ['one 40 s behind', resourceServer, -40, ['note clocks_disagree'], /ahead of the MCP server/],
])('clocks: %s', async (_, which, seconds, expected, got) => {
  const { findings, named } = await examined(headers(which, soon(seconds)))
  expect(named).toEqual(expected)
  expect(findings[0]?.got).toMatch(got)
})

test('the date of what comes from a cache tells no time', async () => {
  const { named } = await examined(headers(document, { ...soon(-3600), age: '3600' }))
  expect(named).toEqual([])
})
