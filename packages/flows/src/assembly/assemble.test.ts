import { describe, expect, test } from 'vitest'
import {
  after,
  authorize,
  discover,
  noon,
  type Recording,
  recording,
  redeem,
  work,
} from '../testing/exchanges.ts'
import { assembleFlows, type Flow } from './assemble.ts'

const soon = after(60)

const told = ({ heads, events }: Recording, now = soon) => assembleFlows(heads, events, now)

const only = (record: Recording, now = soon): Flow => {
  const flows = told(record, now)
  expect(flows.map(({ id, status, step }) => `${id} ${status} ${step}`)).toHaveLength(1)
  return flows[0]!
}

const stepsOf = ({ exchanges }: Flow) => exchanges.map(({ step }) => step)

describe('one attempt', () => {
  test('is told from the challenge to the first tool call', () => {
    const record = recording()
    discover(record, 0)
    const registration = record.exchange(2, 'register', { clientId: 'app', status: 201 })
    authorize(record, 3)
    redeem(record, 14)
    work(record, 15)
    const flow = only(record)
    expect(flow).toMatchObject({
      id: registration,
      status: 'completed',
      step: 'tool_call',
      clientId: 'app',
      personId: 'prs',
      grantId: 'grant-a',
      startedAt: new Date(noon),
    })
    expect(stepsOf(flow)).toEqual([
      'discovery',
      'discovery',
      'discovery',
      'register',
      'authorize',
      'sign_in',
      'sign_in',
      'sign_in',
      'consent',
      'consent',
      'code',
      'token',
      'connect',
      'tool_call',
    ])
    expect(new Set(Object.values(flow.steps))).toEqual(new Set(['ok']))
  })

  test('of a known client finds its discovery once the client itself is seen', () => {
    const record = recording()
    discover(record, 0, { address: '192.0.2.7' })
    authorize(record, 3)
    expect(told(record).map(({ status, step }) => [status, step])).toEqual([
      ['in_progress', 'code'],
      ['in_progress', 'discovery'],
    ])
    redeem(record, 14, { address: '192.0.2.7' })
    expect(only(record)).toMatchObject({ status: 'in_progress', step: 'token' })
    expect(only(record).steps).toMatchObject({ discovery: 'ok', register: 'skipped' })
  })

  test('has its discovery by the address while only the browser has been seen', () => {
    const record = recording()
    discover(record, 0)
    authorize(record, 3)
    expect(only(record).steps.discovery).toBe('ok')
  })

  test('that looked around longer than 15 minutes ago did not', () => {
    const record = recording()
    discover(record, 0)
    record.exchange(16 * 60, 'register', { clientId: 'app', status: 201 })
    expect(told(record, after(17 * 60)).map(({ step }) => step)).toEqual(['register', 'discovery'])
  })

  test('keeps its name while more of it is found', () => {
    const record = recording()
    discover(record, 0, { address: '192.0.2.7' })
    authorize(record, 3)
    const before = told(record)[0]!.id
    redeem(record, 14, { address: '192.0.2.7' })
    expect(only(record).id).toBe(before)
    expect(only(record).aliases).toContain('flow-a')
  })
})

describe('an attempt that ends early', () => {
  test('is in progress while the person decides, and abandoned after ten minutes', () => {
    const record = recording()
    const { exchange } = record
    exchange(0, 'authorize', {
      clientId: 'app',
      joins: ['interaction:1'],
      events: [{ type: 'interaction.started', detail: { flow: 'f', prompt: 'login' } }],
    })
    exchange(1, 'interaction', { method: 'GET', joins: ['interaction:1'] })
    expect(only(record)).toMatchObject({ status: 'in_progress', step: 'sign_in' })
    expect(only(record).steps.sign_in).toBe('live')
    expect(only(record, after(700))).toMatchObject({ status: 'abandoned', step: 'sign_in' })
    exchange(3, 'interaction', {
      status: 422,
      joins: ['interaction:1'],
      events: [{ type: 'sign_in.failed', detail: { flow: 'f', reason: 'wrong_credentials' } }],
    })
    expect(only(record)).toMatchObject({ status: 'in_progress', step: 'sign_in' })
    expect(only(record).notes).toMatchObject([{ step: 'sign_in', reason: 'wrong_credentials' }])
  })

  test('is denied by the person, whatever the protocol then calls it', () => {
    const record = recording()
    record.exchange(0, 'authorize', {
      joins: ['interaction:1'],
      events: [{ type: 'interaction.started', detail: { flow: 'f', prompt: 'consent' } }],
    })
    record.exchange(3, 'interaction', {
      joins: ['interaction:1'],
      events: [{ type: 'consent.denied', detail: { flow: 'f', denied: 'by the person' } }],
    })
    record.exchange(4, 'resume', {
      joins: ['interaction:1'],
      events: [{ type: 'authorization.failed', detail: { flow: 'f', error: 'access_denied' } }],
    })
    const flow = only(record)
    expect(flow).toMatchObject({ status: 'denied', step: 'consent' })
    expect(flow.steps).toMatchObject({ consent: 'stopped', code: 'skipped' })
    expect(flow.notes[0]).toMatchObject({ reason: 'consent_denied', got: 'by the person' })
  })

  test('fails at the token when its code is refused, though the refusal names nobody', () => {
    const record = recording()
    authorize(record, 0)
    record.exchange(11, 'code_grant', {
      status: 400,
      joins: ['code:a'],
      events: [
        {
          type: 'token.refused',
          detail: { error: 'invalid_grant', reason: 'verifier_mismatch', got: 'x', expected: 'y' },
        },
      ],
    })
    const flow = only(record)
    expect(flow).toMatchObject({ status: 'failed', step: 'token' })
    expect(flow.notes).toMatchObject([{ reason: 'verifier_mismatch', got: 'x', expected: 'y' }])
  })

  test('fails where the registration or the authorization request is refused', () => {
    const record = recording()
    record.exchange(0, 'register', { status: 401, events: [{ type: 'client.refused' }] })
    expect(only(record)).toMatchObject({ status: 'failed', step: 'register' })
    const other = recording()
    other.exchange(0, 'register', { clientId: 'app', status: 201 })
    other.exchange(2, 'authorize', { clientId: 'app', status: 400, agent: 'browser' })
    expect(only(other)).toMatchObject({ status: 'failed', step: 'authorize' })
  })

  test('that only asked for metadata, or only was challenged, is one as well', () => {
    const record = recording()
    record.exchange(0, 'metadata')
    expect(only(record)).toMatchObject({ status: 'in_progress', step: 'discovery' })
    const other = recording()
    other.exchange(0, 'challenge')
    other.exchange(2, 'challenge')
    expect(only(other, after(700))).toMatchObject({ status: 'abandoned', step: 'discovery' })
    other.exchange(3, 'challenge', { agent: 'another' })
    other.exchange(1_000, 'challenge')
    expect(told(other, after(1_001))).toHaveLength(3)
  })

  test('has tokens and never uses them', () => {
    const record = recording()
    authorize(record, 0)
    redeem(record, 11)
    record.exchange(13, 'challenge')
    expect(only(record, after(700))).toMatchObject({ status: 'abandoned', step: 'token' })
  })

  test('is refused by the resource server with the token that it just got', () => {
    const record = recording()
    authorize(record, 0)
    redeem(record, 11)
    record.exchange(13, 'refused_token', { status: 401, joins: ['token:a'] })
    expect(only(record)).toMatchObject({ status: 'failed', step: 'connect', grantId: 'grant-a' })
  })
})
