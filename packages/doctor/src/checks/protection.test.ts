import { expect, test } from 'vitest'
import type { Changes } from '../testing/changes.ts'
import { examineArea, named } from '../testing/findings.ts'
import { type Asked, play } from '../testing/play.ts'
import { startServers } from '../testing/servers.ts'
import { examineProtection } from './protection.ts'

async function examined(changes: Changes) {
  await using servers = await startServers(changes)
  const kind = changes.open ? 'open' : 'protected'
  const { findings } = await examineArea(servers.mcpUrl, 'protection', (x) =>
    examineProtection(x, { kind, challenge: undefined }),
  )
  return { findings, named: named(findings) }
}

/** A server that looks at neither Origin nor Host but for what is said here. */
async function careless(
  answer: (asked: Asked) => Response | undefined,
  kind: 'open' | 'protected' = 'protected',
) {
  const server = await play((asked) => answer(asked) ?? new Response(null, { status: 401 }))
  try {
    const url = `${server.origin}/mcp`
    const { findings } = await examineArea(url, 'protection', (x) =>
      examineProtection(x, { kind, challenge: undefined }),
    )
    return { findings, named: named(findings) }
  } finally {
    await server.stop()
  }
}

const hostIsForeign = ({ headers }: Asked) => headers.get('host')?.startsWith('evil.') === true
const misdirected = () => new Response(null, { status: 421 })
const forbidden = () => new Response(null, { status: 403 })

test('finds nothing wrong with servers that look at Host and Origin', async () => {
  expect((await examined({})).findings).toEqual([])
  expect((await examined({ open: true })).findings).toEqual([])
})

test('a server that looks at neither', async () => {
  const { named, findings } = await careless(() => undefined)
  expect(named).toEqual(['warning foreign_origin_accepted', 'warning foreign_host_accepted'])
  expect(findings[1]?.got).toMatch(/^401 to Host: evil\.example:\d+$/)
  expect(findings[1]?.exchanges[0]?.request.headers.host).toMatch(/^evil\.example:\d+$/)
})

test('an open server that any page may use', async () => {
  const headers = { 'access-control-allow-origin': '*' }
  const { named } = await careless(
    (asked) => (hostIsForeign(asked) ? misdirected() : Response.json({}, { headers })),
    'open',
  )
  expect(named).toEqual(['warning open_to_every_page'])
})

test('null is an origin as well', async () => {
  const { named } = await careless((asked) => {
    if (hostIsForeign(asked)) return misdirected()
    return asked.headers.get('origin')?.startsWith('https:') ? forbidden() : undefined
  })
  expect(named).toEqual(['warning null_origin_accepted'])
})

test('pages of this computer are let in', async () => {
  const { named, findings } = await careless((asked) => {
    if (hostIsForeign(asked)) return misdirected()
    return asked.headers.has('origin') ? forbidden() : undefined
  })
  expect(named).toEqual(['warning page_origin_refused'])
  expect(findings[0]?.where).toBe('http://localhost:6274')
})

test.each<[string, RegExp, string[]]>([
  ['every origin', /./, []],
  ['origins that are not listed', /^https:/, ['warning page_origin_refused']],
  ['local origins', /^http:/, []],
])('a server breaks at %s', async (_, broken, besides) => {
  const { named } = await careless((asked) => {
    if (hostIsForeign(asked)) return misdirected()
    const origin = asked.headers.get('origin')
    if (origin === null) return undefined
    return broken.test(origin) ? new Response(null, { status: 500 }) : forbidden()
  })
  expect(named).toEqual(['warning origin_breaks_server', ...besides])
})

test('a 400 that says something else is a refusal', async () => {
  const refusing = await careless((asked) =>
    Response.json({ error: hostIsForeign(asked) ? 'host' : 'session' }, { status: 400 }),
  )
  expect(refusing.named).toEqual(['warning foreign_origin_accepted'])
  const taking = await careless(() => Response.json({ error: 'session' }, { status: 400 }))
  expect(taking.named).toContain('warning foreign_host_accepted')
})
