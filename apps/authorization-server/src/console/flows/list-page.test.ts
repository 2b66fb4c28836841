import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { stepStates } from '@neonpanel/flows/step-states'
import { expect, test } from 'vitest'
import { countByStatus, matchesFlow } from './flow-filter.ts'
import { durationText, midSentence } from './flow-words.ts'
import { flowsPage } from './list-page.ts'
import { listHref, readListRequest } from './list-request.ts'

const flow = (changes: Partial<Flow> = {}): Flow => ({
  id: 'c-1',
  status: 'completed',
  step: 'tool_call',
  steps: stepStates({ status: 'completed', step: 'tool_call', exchanges: [] }),
  clientId: 'claude',
  personId: 'prs_owner',
  grantId: 'grant-1',
  aliases: ['c-2'],
  correlationIds: ['c-1', 'c-2'],
  startedAt: new Date('2026-11-22T14:32:07Z'),
  endedAt: new Date('2026-11-22T14:32:17Z'),
  exchanges: [],
  notes: [],
  ...changes,
})

test('the address says what is listed, and nonsense in it says nothing', () => {
  const query = {
    status: 'stopped',
    client_id: 'claude',
    step: 'token',
    q: ' x ',
    period: '1h',
    offset: '25',
  }
  const request = readListRequest({ query })
  expect(listHref(request)).toBe(
    '/console/flows?status=stopped&client_id=claude&step=token&q=x&period=1h&offset=25',
  )
  const nonsense = readListRequest({ query: { status: 'x', step: '', period: '9y', offset: '-4' } })
  expect(listHref(nonsense)).toBe('/console/flows')
  expect(listHref(request, { status: undefined, offset: 0 })).not.toMatch(/status|offset/)
})

test.each([
  [{}, true],
  [{ statuses: ['failed'] as const }, false],
  [{ statuses: ['completed', 'failed'] as const, step: 'tool_call' as const }, true],
  [{ step: 'token' as const }, false],
  [{ clientId: 'other' }, false],
  [{ search: 'c-2' }, true],
  [{ search: 'grant' }, true],
  [{ search: 'owner@' }, false],
  [{ search: 'owner@', searchedPeople: new Set(['prs_owner']) }, true],
])('a filter of %o finds it: %s', (filter, isFound) => {
  expect(matchesFlow(flow(), filter)).toBe(isFound)
})

test('a page leads to newer and older ones, and names each of its flows', () => {
  const rows = [flow(), flow({ id: 'c-3', clientId: undefined, personId: undefined })]
  const { markup } = flowsPage({
    request: readListRequest({ query: { offset: '2' } }),
    rows: rows.map((one) => ({ flow: one, verdict: undefined })),
    total: 5,
    counts: countByStatus(rows),
    names: { apps: new Map(), people: new Map([['prs_owner', 'owner@neonpanel.test']]) },
    clients: [],
    isCut: false,
    pageLength: 2,
    mcpUrl: 'http://localhost:4401/mcp',
  })
  expect(markup).toContain('3 to 4 of 5')
  expect(markup).toContain('href="/console/flows">Newer</a>')
  expect(markup).toContain('href="/console/flows?offset=4">Older</a>')
  expect(markup).toContain('owner@neonpanel.test')
  expect(markup).toContain('Unknown client</a><span class="faint breakable">no user yet')
})

test.each([
  [12.4, '12 ms'],
  [10_100, '10.1 s'],
  [72_000, '1 m 12 s'],
  [59_990, '1 m 0 s'],
])('%d ms read %s', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text)
})

test('a title within a sentence begins small, unless it begins with a name', () => {
  expect(midSentence('The code has expired')).toBe('the code has expired')
  expect(midSentence('PKCE is missing')).toBe('PKCE is missing')
  expect(midSentence('redirect_uri is missing')).toBe('redirect_uri is missing')
})
