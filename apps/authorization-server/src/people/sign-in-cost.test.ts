import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

// Counts what takes the time, so that nothing has to be timed. Named imports of a built-in module follow on request, and
// modules that took theirs for another file are loaded anew.
const argon2 = vi.spyOn(crypto, 'argon2')
syncBuiltinESMExports()
vi.resetModules()
const { hashPassword } = await import('./passwords.ts')
const { signIn } = await import('./sign-in.ts')

afterAll(() => {
  argon2.mockRestore()
  syncBuiltinESMExports()
  vi.resetModules()
})

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
  argon2.mockClear()
  await signIn(database, { email: `${email}@neonpanel.test`, password, address: '192.0.2.1' })
  return argon2.mock.calls.length
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
