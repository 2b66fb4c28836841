import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { brokenRule, changePassword, type PasswordChange } from './change-password.ts'
import { hashPassword } from './passwords.ts'
import { signIn } from './sign-in.ts'

const current = 'the one that is known'
const wanted = 'four unrelated words here'
const ada = { id: 'ada', email: 'ada.lovelace@neonpanel.test' }
let database: Database

beforeEach(async () => {
  database = await openDatabase('memory:')
  await migrate(database)
  const passwordHash = await hashPassword(current)
  await database.prisma.person.create({ data: { ...ada, name: 'Ada', passwordHash } })
})
afterEach(() => database.close())

const change = (typed: Partial<PasswordChange> = {}) =>
  changePassword(database, ada, {
    current,
    wanted,
    repeated: typed.wanted ?? wanted,
    address: '192.0.2.1',
    ...typed,
  })
const canSignIn = async (password: string) =>
  (await signIn(database, { email: ada.email, password, address: '192.0.2.2' })).ok

describe('changing a password', () => {
  it('makes the new one the only one', async () => {
    expect(await change()).toEqual({ ok: true })
    expect(await canSignIn(wanted)).toBe(true)
    expect(await canSignIn(current)).toBe(false)
  })

  it('needs the current one', async () => {
    expect(await change({ current: 'not it' })).toMatchObject({ reason: 'wrong_password' })
    expect(await canSignIn(current)).toBe(true)
    expect(await canSignIn(wanted)).toBe(false)
  })

  it('is paused after as many wrong ones as a sign-in, and with it', async () => {
    for (let count = 0; count < 5; count += 1) await change({ current: 'not it' })
    expect(await change()).toMatchObject({ reason: 'too_many_attempts' })
    const credentials = { email: ada.email, password: current, address: '192.0.2.1' }
    expect(await signIn(database, credentials)).toMatchObject({ reason: 'too_many_attempts' })
    expect(await canSignIn(current)).toBe(true)
  })

  it('takes none of the attempts for a new password that breaks a rule', async () => {
    for (let count = 0; count < 8; count += 1) await change({ current: 'not it', wanted: 'short' })
    expect(await change()).toEqual({ ok: true })
  })

  it('has one winner of several at once', async () => {
    const answers = await Promise.all(
      ['one', 'two', 'three', 'four'].map((word) => change({ wanted: `${wanted} ${word}` })),
    )
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await canSignIn(current)).toBe(false)
  })
})

describe('a new password', () => {
  const rule = (password: string, repeated = password) =>
    brokenRule(password, { email: ada.email, current, repeated })

  it.each([
    ['too_short', 'eleven char'],
    ['too_short', ''],
    ['too_short', 'ｆｕｌｌｗｉｄｔｈ'],
    ['too_long', 'long '.repeat(60)],
    ['too_uniform', 'abababababababab'],
    ['contains_email', 'It is Ada.Lovelace here'],
    ['same_as_current', current],
  ])('is %s: %j', (reason, password) => {
    expect(rule(password)).toBe(reason)
  })

  it('is repeated exactly', () => {
    expect(rule(wanted, `${wanted} `)).toBe('not_repeated')
  })

  it.each([wanted, 'Ünïcödé ist gut', 'correct-horse-battery'])('may be %j', (password) => {
    expect(rule(password)).toBeUndefined()
  })
})
