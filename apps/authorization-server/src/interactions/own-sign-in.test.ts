import { describe, expect, it } from 'vitest'
import { safeReturnTo } from './own-sign-in.ts'

describe('where to return after sign in', () => {
  it.each(['/account', '/console', '/console/clients?page=2', '/account?tab=apps'])(
    '%s',
    (path) => {
      expect(safeReturnTo(path)).toBe(path)
    },
  )

  it.each([
    undefined,
    ['/account', '/console'],
    '',
    '/',
    'https://evil.example/account',
    '//evil.example/account',
    '/\\evil.example',
    '/account\\..\\evil',
    '/accountant',
    '/account@evil.example',
    '/sign-out',
    '/account /x',
    'javascript:alert(1)',
    '/account/../..//evil.example',
    '/console/../oauth2/logout',
    '/account/%2e%2e/sign-out',
  ])('is the account page for %j', (value) => {
    expect(safeReturnTo(value)).toBe('/account')
  })
})
