import { describe, expect, test } from 'vitest'
import { isSpecialUse } from './special-use-addresses.ts'

const strict = { loopbackAllowed: false }

describe('addresses of special use', () => {
  test.each([
    '127.0.0.1',
    '127.255.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '2001:db8::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'ff02::1',
    'no address',
    '127.1',
    '',
  ])('AS-147: %s is one', (address) => {
    expect(isSpecialUse(address, strict)).toBe(true)
  })

  test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])(
    '%s is none',
    (address) => {
      expect(isSpecialUse(address, strict)).toBe(false)
    },
  )

  test('loopback alone can be allowed', () => {
    const local = { loopbackAllowed: true }
    expect(isSpecialUse('127.0.0.1', local)).toBe(false)
    expect(isSpecialUse('::1', local)).toBe(false)
    expect(isSpecialUse('10.0.0.1', local)).toBe(true)
    expect(isSpecialUse('169.254.169.254', local)).toBe(true)
  })
})
