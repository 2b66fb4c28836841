import { argon2Sync } from 'node:crypto'
import { expect, test } from 'vitest'
import { demoSecret } from './clients.ts'
import { passwordHash } from './password-hash.ts'
import { demoPassword } from './people.ts'

test.each([demoPassword, demoSecret, 'of somebody’s own'])(
  'the hash of %s is its own',
  (message) => {
    const [, , , , salt = '', hash = ''] = passwordHash(message).split('$')
    const derived = argon2Sync('argon2id', {
      message,
      nonce: Buffer.from(salt, 'base64'),
      tagLength: 32,
      memory: 7_168,
      passes: 5,
      parallelism: 1,
    })
    expect(Buffer.from(hash, 'base64')).toEqual(derived)
  },
)

test('the demo’s own are hashed once and for all, any other under a salt of its own', () => {
  expect(passwordHash(demoPassword)).toBe(passwordHash(demoPassword))
  expect(passwordHash(demoSecret)).not.toBe(passwordHash(demoPassword))
  expect(passwordHash('another')).not.toBe(passwordHash('another'))
})
