import { describe, expect, it } from 'vitest'
import { hashPassword, verifyNobodysPassword, verifyPassword } from './passwords.ts'

describe('passwords', () => {
  it('are kept as argon2id with a salt of their own', async () => {
    const [one, other] = await Promise.all([hashPassword('same'), hashPassword('same')])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(one).not.toBe(other)
  })

  it('are recognised, also in another Unicode form', async () => {
    const stored = await hashPassword('caf\u00e9')
    expect(await verifyPassword('cafe\u0301', stored)).toBe(true)
  })

  it('are verified with the parameters of their time', async () => {
    // From the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
    const stored =
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
    expect(await verifyPassword('password', stored)).toBe(true)
    expect(await verifyPassword('passwore', stored)).toBe(false)
  })

  it.each(['', 'Password', 'password ', 'password\0'])('are not %j', async (attempt) => {
    expect(await verifyPassword(attempt, await hashPassword('password'))).toBe(false)
  })

  it.each(['', 'plain', '$argon2i$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA', '$2b$12$abc'])(
    'throw when what is stored is %j',
    async (stored) => {
      await expect(verifyPassword('password', stored)).rejects.toThrow('PHC string')
    },
  )

  it('of nobody are never right', async () => {
    expect(await verifyNobodysPassword('')).toBe(false)
  })
})
