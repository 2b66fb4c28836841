import { describe, expect, test } from 'vitest'
import { after, authorize, discover, recording, redeem, work } from '../testing/exchanges.ts'
import { assembleFlows } from './assemble.ts'

const told = ({ heads, events }: ReturnType<typeof recording>, now = after(3_600)) =>
  assembleFlows(heads, events, now)

const summary = (record: ReturnType<typeof recording>, now?: number) =>
  told(record, now).map(({ clientId, status, step, exchanges }) => [
    clientId,
    status,
    step,
    exchanges.length,
  ])

const tokenRefused = { clientId: 'app', status: 400, events: [{ type: 'token.refused' }] }

describe('attempts are told apart', () => {
  test('of two clients at the same time, whose discovery looks the same', () => {
    const record = recording()
    discover(record, 0)
    discover(record, 0.05)
    record.exchange(1, 'register', { clientId: 'one', status: 201 })
    record.exchange(1.1, 'register', { clientId: 'two', status: 201 })
    authorize(record, 2, { name: 'one', client: 'one' })
    authorize(record, 2.1, { name: 'two', client: 'two' })
    redeem(record, 14, { name: 'two', client: 'two' })
    redeem(record, 14.1, { name: 'one', client: 'one' })
    work(record, 15, { name: 'one', client: 'one' })
    work(record, 15.1, { name: 'two', client: 'two' })
    expect(summary(record)).toEqual([
      ['two', 'completed', 'tool_call', 14],
      ['one', 'completed', 'tool_call', 14],
    ])
  })

  test('of two clients, the second of which is still looking around when the first registers', () => {
    const record = recording()
    record.exchange(0, 'challenge')
    record.exchange(0.1, 'challenge')
    record.exchange(0.2, 'metadata')
    record.exchange(0.3, 'register', { clientId: 'one', status: 201 })
    record.exchange(0.4, 'metadata')
    record.exchange(0.5, 'register', { clientId: 'two', status: 201 })
    expect(summary(record)).toEqual([
      ['two', 'abandoned', 'register', 3],
      ['one', 'abandoned', 'register', 3],
    ])
  })

  test('of one client, each with an authorization request of its own', () => {
    const record = recording()
    record.exchange(0, 'register', { clientId: 'app', status: 201 })
    record.exchange(2, 'authorize', { clientId: 'app', status: 400 })
    authorize(record, 5)
    redeem(record, 16)
    work(record, 17)
    expect(summary(record)).toEqual([
      ['app', 'completed', 'tool_call', 10],
      ['app', 'failed', 'authorize', 2],
    ])
  })

  test('a code that is sent twice belongs to the attempt that got it', () => {
    const record = recording()
    authorize(record, 0, { name: 'a' })
    authorize(record, 1, { name: 'b' })
    redeem(record, 12, { name: 'a' })
    record.exchange(13, 'code_grant', { ...tokenRefused, joins: ['code:a'] })
    expect(told(record).map(({ status, grantId }) => [grantId, status])).toEqual([
      ['grant-b', 'abandoned'],
      ['grant-a', 'failed'],
    ])
  })

  test('a code that nobody was given is nobody’s, unless one attempt at that address waits', () => {
    const record = recording()
    authorize(record, 0, { name: 'a' })
    record.exchange(12, 'code_grant', { ...tokenRefused, joins: ['code:x'] })
    expect(summary(record)).toEqual([['app', 'failed', 'token', 8]])
    record.exchange(13, 'code_grant', {
      ...tokenRefused,
      address: '203.0.113.9',
      joins: ['code:y'],
    })
    expect(summary(record)).toHaveLength(2)
    const two = recording()
    authorize(two, 0, { name: 'a' })
    authorize(two, 1, { name: 'b' })
    two.exchange(12, 'code_grant', { ...tokenRefused, joins: ['code:x'] })
    expect(summary(two)).toHaveLength(3)
  })

  test('a step-up is a flow that begins with its challenge', () => {
    const record = recording()
    authorize(record, 0)
    redeem(record, 11)
    work(record, 12)
    record.exchange(20, 'step_up', { clientId: 'app', grantId: 'grant-a', status: 403 })
    record.exchange(21, 'metadata')
    authorize(record, 22, { name: 'b' })
    redeem(record, 33, { name: 'b' })
    work(record, 34, { name: 'b' })
    expect(summary(record)).toEqual([
      ['app', 'completed', 'tool_call', 12],
      ['app', 'completed', 'tool_call', 10],
    ])
    expect(told(record)[0]!.exchanges[0]).toMatchObject({ kind: 'step_up' })
  })

  test('a step-up that nobody follows up fails at the tool call', () => {
    const record = recording()
    authorize(record, 0)
    redeem(record, 11)
    record.exchange(12, 'connect', { clientId: 'app', grantId: 'grant-a' })
    record.exchange(20, 'step_up', { clientId: 'app', grantId: 'grant-a', status: 403 })
    expect(summary(record)).toEqual([
      ['app', 'failed', 'tool_call', 1],
      ['app', 'completed', 'connect', 9],
    ])
  })
})

describe('refreshes', () => {
  const grant = { clientId: 'app', grantId: 'grant-a' }
  const refreshed = {
    clientId: 'app',
    joins: ['token:new'],
    events: [{ type: 'token.refreshed', ...grant }],
  }

  function connected() {
    const record = recording()
    authorize(record, 0)
    redeem(record, 11)
    work(record, 12)
    return record
  }

  test('are part of no flow', () => {
    const record = connected()
    record.exchange(1_000, 'refresh_grant', refreshed)
    record.exchange(1_001, 'tool_call', grant)
    expect(summary(record)).toEqual([['app', 'completed', 'tool_call', 10]])
  })

  test('that bring a refused token’s client back to work are routine', () => {
    const record = connected()
    record.exchange(3_600, 'refused_token', { status: 401, joins: ['token:a'] })
    expect(summary(record, after(3_601))[0]).toEqual(['app', 'failed', 'connect', 1])
    record.exchange(3_602, 'refresh_grant', refreshed)
    expect(summary(record, after(3_603))[0]).toEqual(['app', 'in_progress', 'token', 2])
    record.exchange(3_604, 'tool_call', grant)
    expect(summary(record)).toEqual([['app', 'completed', 'tool_call', 10]])
  })

  test('that are refused are a flow of their own, however often they are tried', () => {
    const record = connected()
    const refused = { ...tokenRefused, events: [{ type: 'token.refused', ...grant }] }
    record.exchange(1_000, 'refresh_grant', refused)
    record.exchange(1_001, 'refresh_grant', refused)
    record.exchange(1_001, 'refresh_grant', { ...refused, address: '203.0.113.9' })
    authorize(record, 1_010, { name: 'b' })
    expect(summary(record, after(1_030))).toEqual([
      ['app', 'in_progress', 'code', 7],
      ['app', 'failed', 'token', 1],
      ['app', 'failed', 'token', 2],
      ['app', 'completed', 'tool_call', 10],
    ])
  })
})

describe('tokens that are refused', () => {
  test('are of no flow whose token they are not, whatever they claim', () => {
    const record = recording()
    authorize(record, 0)
    redeem(record, 11)
    record.exchange(12, 'refused_token', { status: 401, joins: ['token:forged'] })
    work(record, 13)
    expect(summary(record)).toEqual([
      [undefined, 'failed', 'connect', 1],
      ['app', 'completed', 'tool_call', 10],
    ])
  })

  test('after the client was at work begin another flow, which knows whose it is', () => {
    const record = recording()
    authorize(record, 0)
    redeem(record, 11)
    work(record, 12)
    record.exchange(60, 'refused_token', { status: 401, joins: ['token:a'] })
    const [refused, first] = told(record)
    expect(refused).toMatchObject({ status: 'failed', clientId: 'app', grantId: 'grant-a' })
    expect(first).toMatchObject({ status: 'completed' })
  })
})

describe('other ways to a token', () => {
  test('a service is connected by its token and a call', () => {
    const record = recording()
    const service = { clientId: 'service', joins: ['token:s'] }
    record.exchange(0, 'client_grant', {
      ...service,
      events: [{ type: 'token.issued', clientId: 'service', detail: { audience: 'https://mcp' } }],
    })
    record.exchange(1, 'tool_call', service)
    expect(summary(record)).toEqual([['service', 'completed', 'tool_call', 2]])
  })

  test('a pushed request and its authorization are one', () => {
    const record = recording()
    record.exchange(0, 'push', { clientId: 'app', status: 201, joins: ['request_uri:r'] })
    record.exchange(1, 'authorize', { clientId: 'app', joins: ['request_uri:r'] })
    expect(summary(record)).toEqual([['app', 'abandoned', 'authorize', 2]])
  })

  test('a device asks until its person has come, and tells one flow', () => {
    const record = recording()
    const device = { clientId: 'tv', joins: ['device:d'] }
    const pending = {
      ...device,
      status: 400,
      events: [
        { type: 'token.refused', clientId: 'tv', detail: { error: 'authorization_pending' } },
      ],
    }
    record.exchange(0, 'device', device)
    record.exchange(5, 'device_grant', pending)
    record.exchange(10, 'device_grant', pending)
    expect(summary(record, after(11))).toEqual([['tv', 'in_progress', 'token', 2]])
    record.exchange(12, 'device_page', {
      agent: 'browser',
      joins: ['interaction:1'],
      events: [
        {
          type: 'interaction.started',
          clientId: 'tv',
          detail: { flow: 'f', prompt: 'consent' },
        },
      ],
    })
    record.exchange(15, 'device_grant', {
      ...device,
      events: [
        { type: 'token.issued', clientId: 'tv', grantId: 'g', detail: { audience: 'https://mcp' } },
      ],
    })
    record.exchange(16, 'tool_call', { clientId: 'tv', grantId: 'g' })
    expect(summary(record)).toEqual([['tv', 'completed', 'tool_call', 5]])
  })

  test('a token of OpenID Connect alone is all that was wanted', () => {
    const record = recording()
    authorize(record, 0)
    record.exchange(11, 'code_grant', {
      joins: ['code:a'],
      events: [{ type: 'token.issued', grantId: 'grant-a', detail: {} }],
    })
    expect(summary(record)).toEqual([['app', 'completed', 'token', 8]])
  })

  test('a token that nobody saw issued, used without trouble, is no attempt', () => {
    const record = recording()
    work(record, 0)
    expect(told(record)).toEqual([])
    record.exchange(20, 'refused_call', { clientId: 'app', grantId: 'grant-a', status: 500 })
    expect(summary(record)).toHaveLength(1)
  })
})
