import { describe, expect, it } from 'vitest'
import { isSecretName, redact, redacted } from './redaction.ts'

describe('isSecretName', () => {
  it.each([
    'authorization',
    'Authorization',
    'Proxy-Authorization',
    'cookie',
    'set-cookie',
    'setCookie',
    'password',
    'new_password',
    'client_secret',
    'clientSecret',
    'APP_SECRET',
    'code',
    'code_verifier',
    'codeVerifier',
    'device_code',
    'user_code',
    'refresh_token',
    'access_token',
    'id_token',
    'id_token_hint',
    'token',
    'initial_access_token',
    'registration_access_token',
    'ADMIN_TOKEN',
    'client_assertion',
    'privateKey',
  ])('%s', (name) => {
    expect(isSecretName(name)).toBe(true)
  })

  it.each([
    'status',
    'statusCode',
    'errorCode',
    'codes',
    'token_type',
    'tokenEndpoint',
    'client_id',
    'grant_id',
    'jti',
    'kid',
    'scope',
    'path',
    'cookies_enabled',
    'passwords_checked',
    'correlationId',
    'authorizationEndpoint',
  ])('%s is not one', (name) => {
    expect(isSecretName(name)).toBe(false)
  })
})

describe('redact', () => {
  it('finds secrets at any depth, in lists as well', () => {
    const record = { request: { headers: [{ authorization: 'Bearer abc', accept: '*/*' }] } }
    expect(redact(record)).toEqual({
      request: { headers: [{ authorization: redacted, accept: '*/*' }] },
    })
  })

  it('hides whatever stands under a secret name, objects as well', () => {
    expect(redact({ token: { value: 'abc' }, 'set-cookie': ['a=b'], password: 7 })).toEqual({
      token: redacted,
      'set-cookie': redacted,
      password: redacted,
    })
  })

  it('keeps what only says whether there was a secret', () => {
    const record = { token: true, password: null, code: undefined }
    expect(redact(record)).toEqual(record)
  })

  it('leaves the original alone', () => {
    const record = { token: 'abc' }
    redact(record)
    expect(record.token).toBe('abc')
  })

  it('keeps the code of an error, which is a name, and hides its other secrets', () => {
    const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', token: 'abc' })
    expect(redact({ err: error }).err).toMatchObject({
      type: 'Error',
      message: 'refused',
      code: 'ECONNREFUSED',
      token: redacted,
    })
  })

  it('hides the code of anything else', () => {
    expect(redact({ body: { code: 'ECONNREFUSED' } })).toEqual({ body: { code: redacted } })
  })

  it('looks into what an object says of itself', () => {
    const context = { toJSON: () => ({ header: { cookie: 'sid=1' } }) }
    expect(redact({ context })).toEqual({ context: { header: { cookie: redacted } } })
  })

  it('ends on a cycle', () => {
    const cycle: Record<string, unknown> = { token: 'abc' }
    cycle.self = cycle
    expect(JSON.stringify(redact(cycle))).not.toContain('abc')
  })
})
