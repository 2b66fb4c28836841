import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashPassword } from './passwords.ts'
import { signIn } from './sign-in.ts'

const home = '192.0.2.1'
const office = '192.0.2.2'
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
  await database.prisma.person.createMany({
    data: [person('ada'), person('bea'), person('sue', new Date(0))],
  })
})

afterEach(async () => {
  resetClock()
  await database.close()
})

const attempt = (email: string, password: string, address = home) =>
  signIn(database, { email: `${email}@neonpanel.test`, password, address })

async function fail(times: number, email = 'ada', address = home) {
  for (let count = 0; count < times; count += 1) await attempt(email, 'wrong', address)
}

const wrong = (attemptsLeft: number) => ({ ok: false, reason: 'wrong_credentials', attemptsLeft })
const right = { ok: true, personId: 'ada' }

describe('signing in', () => {
  it('succeeds, with the email in any case and with blanks around it', async () => {
    expect(await attempt(' ADA', 'right')).toEqual(right)
  })

  it('answers an unknown email as a wrong password', async () => {
    expect(await attempt('nobody', 'right')).toEqual(await attempt('ada', 'wrong'))
  })

  it.each(['', 'Right', 'right '])('refuses the password %j', async (password) => {
    expect(await attempt('ada', password)).toEqual(wrong(4))
  })

  it('tells of a suspension only to who knows the password', async () => {
    expect(await attempt('sue', 'wrong')).toEqual(wrong(4))
    expect(await attempt('sue', 'right')).toEqual({
      ok: false,
      reason: 'suspended',
      personId: 'sue',
    })
  })
})

describe('the throttle', () => {
  it('pauses after five wrong passwords, and then refuses the right one too', async () => {
    await fail(4)
    const paused = { ok: false, reason: 'too_many_attempts', retryAfterSeconds: expect.any(Number) }
    expect(await attempt('ada', 'wrong')).toEqual(paused)
    expect(await attempt('ada', 'right')).toEqual(paused)
  })

  it('pauses for fifteen minutes, not longer for trying again', async () => {
    await fail(7)
    advanceClock(14 * 60_000)
    expect(await attempt('ada', 'right')).toMatchObject({
      ok: false,
      retryAfterSeconds: expect.toSatisfy((left) => left <= 60),
    })
    advanceClock(61_000)
    expect(await attempt('ada', 'right')).toEqual(right)
  })

  it('counts an unknown email as well', async () => {
    await fail(5, 'nobody')
    expect(await attempt('nobody', 'right')).toMatchObject({ reason: 'too_many_attempts' })
  })

  it('gives many attempts at one moment no more than five', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, () => attempt('ada', 'wrong')))
    const judged = answers.filter((answer) => !answer.ok && answer.reason === 'wrong_credentials')
    expect(judged.length).toBeLessThan(5)
    expect(await attempt('ada', 'right')).toMatchObject({ reason: 'too_many_attempts' })
  })

  it('forgets mistakes after the right password', async () => {
    await fail(4)
    expect(await attempt('ada', 'right')).toEqual(right)
    expect(await attempt('ada', 'wrong')).toEqual(wrong(4))
  })

  it('lets the same person in from another address', async () => {
    await fail(6)
    expect(await attempt('ada', 'right', office)).toEqual(right)
  })

  it('lets another person in from the same address', async () => {
    await fail(6)
    expect(await attempt('bea', 'right')).toEqual({ ok: true, personId: 'bea' })
  })

  it('pauses an address that tries many accounts, and no other address', async () => {
    for (let account = 0; account < 15; account += 1) await fail(4, `guess${account}`)
    expect(await attempt('ada', 'right')).toMatchObject({ reason: 'too_many_attempts' })
    expect(await attempt('ada', 'right', office)).toEqual(right)
  })

  it('does not count mistakes that end in success against the address: an office is not locked out', async () => {
    for (let morning = 0; morning < 16; morning += 1) {
      await fail(4, 'ada', office)
      expect(await attempt('ada', 'right', office)).toEqual(right)
    }
    expect(await attempt('bea', 'right', office)).toEqual({ ok: true, personId: 'bea' })
  })

  it('takes all addresses of one IPv6 network for one', async () => {
    for (let n = 0; n < 5; n += 1) await attempt('ada', 'wrong', `2001:db8:1:2::${n}`)
    const next = await attempt('ada', 'right', '2001:db8:1:2:ffff::1')
    expect(next).toMatchObject({ reason: 'too_many_attempts' })
    expect(await attempt('ada', 'right', '2001:db8:1:3::1')).toEqual(right)
  })

  it('removes rows whose window is over', async () => {
    await fail(1, 'bea', office)
    advanceClock(16 * 60_000)
    await fail(1)
    expect(await database.prisma.rateLimiterFlexible.count()).toBe(2)
  })

  it('keeps neither emails nor addresses', async () => {
    await fail(1)
    const rows = await database.prisma.rateLimiterFlexible.findMany()
    expect(rows).toHaveLength(2)
    expect(JSON.stringify(rows)).not.toMatch(/ada|192\.0\.2/)
  })
})
