import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { deriveKey, deriveKeys, hashOf, seal, unseal } from './secrets.ts'

const newSecret = () => randomBytes(32).toString('base64url')
const appSecret = newSecret()
const key = deriveKeys([appSecret], 'stored values')

describe('sealing', () => {
  test('gives back what it was given', () => {
    expect(unseal(key, 'row 1', seal(key, 'row 1', 'täxt'))).toBe('täxt')
  })

  test('never looks the same twice, and shows nothing', () => {
    const sealed = seal(key, 'row 1', 'secret text')
    expect(sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]+$/)
    expect(sealed).not.toBe(seal(key, 'row 1', 'secret text'))
    expect(Buffer.from(sealed.split('.')[2]!, 'base64url').toString()).not.toContain('secret')
  })

  test('does not open at another place, under another key, changed or cut', () => {
    const sealed = seal(key, 'row 1', 'text')
    const changed = `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`
    expect(() => unseal(key, 'row 2', sealed)).toThrow()
    expect(() => unseal(deriveKeys([appSecret], 'cookies'), 'row 1', sealed)).toThrow()
    expect(() => unseal(key, 'row 1', changed)).toThrow()
    expect(() => unseal(key, 'row 1', sealed.slice(0, 20))).toThrow()
    expect(() => unseal(key, 'row 1', sealed.slice(0, 30))).toThrow()
    expect(() => unseal(key, 'row 1', 'v0.AAAA.AAAA')).toThrow('not a sealed value')
    expect(() => unseal(key, 'row 1', 'plain')).toThrow('not a sealed value')
  })
})

describe('a secret that was replaced', () => {
  const replacement = newSecret()
  const both = deriveKeys([replacement, appSecret], 'stored values')

  test('opens what it had sealed', () => {
    expect(unseal(both, 'row 1', seal(key, 'row 1', 'text'))).toBe('text')
  })

  test('seals nothing any more, and moves nothing', () => {
    const sealed = seal(both, 'row 1', 'text')
    expect(() => unseal(key, 'row 1', sealed)).toThrow()
    expect(unseal(deriveKeys([replacement], 'stored values'), 'row 1', sealed)).toBe('text')
    expect(() => unseal(both, 'row 2', seal(key, 'row 1', 'text'))).toThrow()
  })
})

test('every purpose has a key of its own', () => {
  const purposes = ['cookies', 'signing keys', 'refresh rotation', 'stored values'] as const
  const keys = new Set(purposes.map((purpose) => deriveKey(appSecret, purpose).toString('hex')))
  expect(keys.size).toBe(purposes.length)
})

test('a hash does not tell the value', () => {
  expect(hashOf('value')).toMatch(/^[\w-]{43}$/)
  expect(hashOf('value')).not.toBe(hashOf('Value'))
})
