import { describe, expect, test } from 'vitest'
import { emptyFaultForm, type FaultFormValues, faultOf } from './fault-form.ts'
import { effectText, placeText, timeLeft } from './fault-words.ts'

const filled = (values: Partial<FaultFormValues>) =>
  faultOf({ ...emptyFaultForm, endpoint: '', body: '', ...values })

describe('the form of a fault', () => {
  test.each([
    ['answer', { status: '418' }, { status: 418 }],
    ['answer', { status: '500', body: '{"a":1}' }, { status: 500, body: { a: 1 } }],
    ['answer', { status: '500', body: '{a' }, { status: 500, body: '{a' }],
    ['oauth_error', { error: 'invalid_scope' }, { oauth_error: { error: 'invalid_scope' } }],
    ['html', {}, { html: true }],
    ['rate_limited', { seconds: '7' }, { rate_limited: { retry_after_seconds: 7 } }],
    ['delay', { seconds: '1.5' }, { delay_ms: 1500 }],
    ['hang', {}, { hang: true }],
    ['drop', {}, { drop_connection: true }],
    ['malformed_json', {}, { malformed_json: true }],
    ['json', { what: '{"jwks":"stale"}' }, { jwks: 'stale' }],
  ])('makes %s %o a rule', (effect, values, what) => {
    expect(filled({ effect, ...values })).toMatchObject({ ok: true, fault: { what } })
  })

  test('says where and until when, and leaves out what is empty', () => {
    const wanted = filled({
      effect: 'drop',
      server: 'resource-server',
      endpoint: 'mcp',
      ends: 'once',
    })
    expect(wanted).toEqual({
      ok: true,
      fault: {
        where: { server: 'resource-server', endpoint: 'mcp' },
        what: { drop_connection: true },
        until: { count: 1 },
      },
    })
  })

  test.each<[string, Partial<FaultFormValues>]>([
    ['status', { status: '99' }],
    ['path', { path: 'x' }],
    ['seconds', { effect: 'delay', seconds: 'soon' }],
    ['seconds', { effect: 'rate_limited', seconds: '-1' }],
    ['error', { effect: 'oauth_error', error: 'a "b"' }],
    ['what', { effect: 'json', what: 'nonsense' }],
    ['what', { effect: 'json', what: '{"nothing":1}' }],
    ['ends', { ends: 'never' }],
    ['endpoint', { endpoint: 'nowhere' }],
  ])('finds the problem at %s', (field, values) => {
    const judged = filled(values)
    expect(judged.ok ? [] : [...judged.problems.keys()]).toEqual([field])
  })
})

test('faults are told in words', () => {
  expect(effectText({ delay_ms: 8000 })).toBe('Waits 8 s')
  expect(effectText({ status: 503, headers: { 'Retry-After': '5' } })).toBe('Answers 503, headers')
  expect(effectText({ oauth_error: { error: 'server_error' } })).toBe('OAuth error')
  expect(placeText({}).markup).toBe('every request')
  expect(placeText({ endpoint: ['jwks', 'token'], method: 'GET', nth: 2 }).markup).toBe(
    'GET; endpoint jwks, token; only request 2',
  )
  expect(timeLeft(new Date(Date.now() + 660_000), 'short')).toBe('in 11 min')
})
