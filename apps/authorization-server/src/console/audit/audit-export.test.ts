import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordAudit } from '../../audit/audit.ts'
import { adminApi } from '../../testing/admin-api.ts'
import type { Browser } from '../../testing/browser.ts'
import { signedInAt } from '../../testing/console.ts'
import { startServer, type TestServer } from '../../testing/server.ts'

describe('the audit log', () => {
  let server: TestServer
  let admin: Browser
  beforeAll(async () => {
    server = await startServer()
    admin = await signedInAt(server, 'admin@neonpanel.test')
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const download = (file: string, token = server.config.adminToken) =>
    fetch(`${server.issuer}/console/api/${file}`, { headers: { authorization: `Bearer ${token}` } })

  const jsonLines = async (query: string) => {
    const text = await (await download(`audit.jsonl?${query}`)).text()
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  }

  test('is saved whole, newest first, however long it is', async () => {
    const { prisma } = server.database
    const data = Array.from({ length: 1_234 }, (_, index) => ({
      id: `long-${String(index).padStart(4, '0')}`,
      at: new Date(1_700_000_000_000 + Math.floor(index / 3)),
      type: 'long.event',
    }))
    await prisma.auditEvent.createMany({ data })
    const events = await jsonLines('type=long.event')
    expect(events.map(({ id }) => id)).toEqual(data.map(({ id }) => id).toReversed())
    const csv = await (await download('audit.csv?type=long.event')).text()
    expect(csv.split('\r\n')).toHaveLength(1_234 + 2)
  })

  test('has a header, and one event to a line, in either form', async () => {
    await recordAudit(server.database, {
      type: 'saved.event',
      personId: 'prs_owner',
      clientId: 'claude',
      address: '127.0.0.1',
      correlationId: 'c-saved',
      detail: { reason: 'a "quoted", comma', lines: 'two\nlines' },
    })
    const answer = await download('audit.csv?type=saved.event')
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="audit-log-\d{4}-\d\d-\d\d\.csv"$/,
    )
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const [header, row, end] = (await answer.text()).split('\r\n')
    expect(header).toBe('at,type,person_id,client_id,grant_id,correlation_id,address,detail,id')
    expect(row).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z,saved\.event,prs_owner,claude,,c-saved,127\.0\.0\.1,"\{""reason"":""a \\""quoted\\"", comma"",""lines"":""two\\nlines""\}",[\w-]+$/,
    )
    expect(end).toBe('')
    const [event] = await jsonLines('type=saved.event')
    expect(event).toMatchObject({
      person_id: 'prs_owner',
      grant_id: null,
      detail: { lines: 'two\nlines' },
    })
  })

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
    'gives a spreadsheet %j as text, never as a formula',
    async (clientId) => {
      const type = `formula.event${clientId.codePointAt(0)}_${clientId.codePointAt(1)}` as const
      await recordAudit(server.database, { type, clientId })
      const text = await (await download(`audit.csv?type=${type}`)).text()
      expect(text).toContain(`'${clientId}`)
      expect(text).not.toMatch(/,"?[=+\-@\t]/)
      expect((await jsonLines(`type=${type}`))[0].client_id).toBe(clientId)
    },
  )

  test('is narrowed by time, person, client, family and correlation id', async () => {
    const at = (time: string, id: string) => ({ id, at: new Date(time), type: 'narrow.one' })
    await server.database.prisma.auditEvent.createMany({
      data: [
        { ...at('2020-01-01T10:00:00Z', 'n1'), personId: 'prs_owner' },
        { ...at('2020-01-01T11:00:00Z', 'n2'), clientId: 'claude' },
        { ...at('2020-01-01T12:00:00Z', 'n3'), type: 'narrow.two', correlationId: 'c-narrow' },
      ],
    })
    const idsAt = async (query: string) =>
      (await jsonLines(`until=2021-01-01T00:00:00Z&${query}`)).map(({ id }) => id)
    expect(await idsAt('type=narrow.')).toEqual(['n3', 'n2', 'n1'])
    expect(await idsAt('type=narrow.one')).toEqual(['n2', 'n1'])
    expect(await idsAt('person_id=OWNER@neonpanel.test')).toEqual(['n1'])
    expect(await idsAt('person_id=nobody@neonpanel.test')).toEqual([])
    expect(await idsAt('client_id=claude')).toEqual(['n2'])
    expect(await idsAt('correlation_id=c-narrow')).toEqual(['n3'])
    expect(await idsAt('since=2020-01-01T12:00:00%2B01:00')).toEqual(['n3', 'n2'])
    const page = await admin.open('/console/audit?since=2020-01-01T10:30&until=2020-01-01T11:30')
    expect(page.text).toContain('1 event')
    expect(page.text).toContain('name="since" type="datetime-local" value="2020-01-01T10:30:00"')
    const file = /href="(\/console\/audit\.jsonl\?[^"]*)"/.exec(page.text)?.[1] ?? ''
    const saved = await admin.open(file.replaceAll('&amp;', '&'))
    expect(JSON.parse(saved.text).id).toBe('n2')
  })

  test.each(['csv', 'jsonl'])(
    'saves no %s for a stranger or a filter of nonsense',
    async (form) => {
      expect((await download(`audit.${form}`, 'wrong')).status).toBe(401)
      expect((await download(`audit.${form}?since=yesterday`)).status).toBe(400)
      expect((await admin.open(`/console/audit.${form}?until=soon`)).status).toBe(400)
      const owner = await signedInAt(server, 'owner@neonpanel.test')
      expect((await owner.open(`/console/audit.${form}`)).status).toBe(403)
      const { url } = await fetch(`${server.issuer}/console/audit.${form}`)
      expect(new URL(url).pathname).toBe('/sign-in')
    },
  )

  test('is cut off, and says so in the server’s log, when it cannot be read to its end', async () => {
    await server.database.prisma.auditEvent.createMany({
      data: [{ id: 'unreadable', type: 'broken.event', detail: 'no JSON' }],
    })
    const cut = download('audit.jsonl?type=broken.event').then((answer) => answer.text())
    await expect(cut).rejects.toThrow()
    expect(server.log()).toContain('an answer was cut off')
    expect((await download('audit.jsonl?type=nothing.')).status).toBe(200)
    await server.database.prisma.auditEvent.delete({ where: { id: 'unreadable' } })
  })

  test('keeps the chosen event in its form, even one that never happened', async () => {
    const page = await admin.open('/console/audit?type=nothing.')
    expect(page.text).toContain('<option value="nothing." selected>')
    expect(page.text).toContain('No events match')
  })

  test('shows everything, and says so, when the filter makes no sense', async () => {
    const page = await admin.open('/console/audit?since=yesterday')
    expect(page.status).toBe(200)
    expect(page.text).toContain('This filter makes no sense')
  })

  test('has what people’s apps have imported, which the resource server keeps', async () => {
    const at = (second: number) => new Date(Date.UTC(2019, 0, 1, 10, 0, second))
    const { prisma } = server.database
    await prisma.auditEvent.createMany({
      data: [1, 2, 3].map((second) => ({ id: `a${second}`, at: at(second), type: 'around.it' })),
    })
    await prisma.importRun.createMany({
      data: [1, 2, 3].map((second) => ({
        id: `imp_${second}`,
        createdAt: at(second),
        companyId: 'co_harbor_eu',
        personId: 'prs_warehouse',
        clientId: 'claude',
        correlationId: `c-import${second}`,
        idempotencyKey: `audited-${second}`,
        requestDigest: 'digest',
        result: '{}',
        detail: '{"company_id":"co_harbor_eu","items_created":3}',
      })),
    })
    const until = 'until=2020-01-01T00:00:00Z'
    const idsOf = async (query: string) =>
      (await jsonLines(`${until}&${query}`)).map(({ id }) => id)
    const all = ['imp_3', 'a3', 'imp_2', 'a2', 'imp_1', 'a1']
    expect(await idsOf('')).toEqual(all)
    expect(await idsOf('type=import.')).toEqual(['imp_3', 'imp_2', 'imp_1'])
    expect(await idsOf('type=around.')).toEqual(['a3', 'a2', 'a1'])
    expect(await idsOf('correlation_id=c-import2')).toEqual(['imp_2'])
    expect(await idsOf('person_id=prs_warehouse&client_id=claude')).toHaveLength(3)
    expect(await idsOf('grant_id=any')).toEqual([])
    const [event] = await jsonLines('correlation_id=c-import1')
    expect(event).toMatchObject({
      type: 'import.committed',
      at: '2019-01-01T10:00:01.000Z',
      person_id: 'prs_warehouse',
      detail: { company_id: 'co_harbor_eu', items_created: 3 },
    })
    const api = adminApi(server)
    const paged: string[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const { body } = await api.get(`/audit?${until}&limit=1${cursor && `&cursor=${cursor}`}`)
      paged.push(...body.items.map(({ id }: { id: string }) => id))
      cursor = body.next_cursor ?? undefined
    }
    expect(paged).toEqual(all)
    const page = await admin.open('/console/audit?type=import.committed')
    expect(page.text).toContain('<option value="import.committed" selected>')
    expect(page.text).toContain('items_created')
  })

  test('names the administrator behind a grant that ended and a token that was minted', async () => {
    const api = adminApi(server)
    const { body } = await api.post('/initial-access-tokens', { note: 'traced' })
    await api.delete(`/initial-access-tokens/${body.jti}`)
    const traced = (await jsonLines('type=initial_access_token.')).filter(
      ({ detail }) => detail.jti === body.jti,
    )
    expect(traced.map(({ type, detail }) => [type, detail.by])).toEqual([
      ['initial_access_token.revoked', 'admin_api'],
      ['initial_access_token.issued', 'admin_api'],
    ])
    expect(traced.every(({ correlation_id }) => correlation_id.startsWith('c-'))).toBe(true)
  })
})
