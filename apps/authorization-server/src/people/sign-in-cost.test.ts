import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const { derivations } = vi.hoisted(() => ({ derivations: { count: 0 } }))

// Counts what takes the time, so that nothing has to be timed.
vi.mock(import('node:crypto'), async (load) => {
  const crypto = await load()
  const argon2 = ((...parameters: Parameters<typeof crypto.argon2>) => {
    derivations.count += 1
    return crypto.argon2(...parameters)
  }) as typeof crypto.argon2
  return { ...crypto, argon2 }
})

const { hashPassword } = await import('./passwords.ts')
const { signIn } = await import('./sign-in.ts')

let database: Database

beforeEach(async () => {
  database = await openDatabase('memory:')
  await migrate(database)
  const passwordHash = await hashPassword('right')
  const person = (id: string, suspendedAt: Date | null = null) => ({
    id,
    email: `${id}@neonpanel.test`,
    name: id,
    passwordHash,
    suspendedAt,
  })
  await database.prisma.person.createMany({ data: [person('ada'), person('sue', new Date(0))] })
  // The first unknown person makes the hash that all of them are compared with.
  await signIn(database, { email: 'first', password: 'x', address: '192.0.2.9' })
})

afterEach(() => database.close())

async function costOf(email: string, password: string): Promise<number> {
  derivations.count = 0
  await signIn(database, { email: `${email}@neonpanel.test`, password, address: '192.0.2.1' })
  return derivations.count
}

describe('an attempt to sign in costs one derivation', () => {
  it.each([
    ['with the right password', 'ada', 'right'],
    ['with a wrong one', 'ada', 'wrong'],
    ['of an unknown person', 'nobody', 'right'],
    ['of a suspended person', 'sue', 'right'],
    ['of a suspended person with a wrong password', 'sue', 'wrong'],
    ['with an empty password', 'ada', ''],
    ['of an unknown person with an empty one', 'nobody', ''],
  ])('%s', async (_, email, password) => {
    expect(await costOf(email, password)).toBe(1)
  })

  it('and none once there were too many, for known and unknown people alike', async () => {
    for (const email of ['ada', 'nobody']) {
      for (let n = 0; n < 5; n++) await costOf(email, 'wrong')
      expect(await costOf(email, 'right'), email).toBe(0)
    }
  })
})
