import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { appSecret as keptSecret } from '@neonpanel/database/settings'
import { beforeEach, describe, expect, test } from 'vitest'
import { resealSigningKeys } from './signing-key-rows.ts'
import { loadSigningKeys } from './signing-keys.ts'

const [first, second, third] = ['A', 'B', 'C'].map((letter) => letter.repeat(43)) as [
  string,
  string,
  string,
]

let database: Database
beforeEach(async () => {
  database = await openDatabase('memory:')
  await migrate(database)
  return () => database.close()
})

const load = (...appSecrets: [string, ...string[]]) => loadSigningKeys({ database, appSecrets })
const reseal = (...appSecrets: [string, ...string[]]) => resealSigningKeys({ database, appSecrets })
const stored = async () => JSON.stringify(await database.prisma.signingKey.findMany())
const kids = (keys: readonly { kid: string }[]) => keys.map(({ kid }) => kid).toSorted()

describe('signing keys', () => {
  test('are made once, also by several processes at the same time', async () => {
    const sets = await Promise.all(Array.from({ length: 4 }, () => load(first)))
    for (const set of sets) expect(kids(set)).toEqual(kids(sets[0]!))
    expect(sets[0]!.map(({ algorithm }) => algorithm).toSorted()).toEqual(['ES256', 'RS256'])
    expect(await database.prisma.signingKey.count()).toBe(2)
  })

  test('are stored encrypted, and open under their own secret only', async () => {
    const [key] = await load(first)
    expect(await stored()).not.toContain(key!.privateJwk.d)
    await expect(load(second)).rejects.toMatchObject({
      message: expect.stringContaining('another APP_SECRET'),
      advice: expect.stringContaining('APP_SECRET=new,old'),
    })
    await expect(load(second, third)).rejects.toThrow('another APP_SECRET')
  })

  test('do not open in the place of another', async () => {
    const [a, b] = await load(first)
    const { prisma } = database
    const other = await prisma.signingKey.findUniqueOrThrow({ where: { kid: b!.kid } })
    const { encryptedPrivateJwk } = other
    await prisma.signingKey.update({ where: { kid: a!.kid }, data: { encryptedPrivateJwk } })
    await expect(load(first)).rejects.toThrow()
  })
})

describe('a replaced APP_SECRET', () => {
  test('still opens the keys, which are the same', async () => {
    const before = kids(await load(first))
    expect(kids(await load(second, first))).toEqual(before)
    expect(kids(await load(third, second, first))).toEqual(before)
  })

  test('is needed no more once the keys are encrypted under the new one', async () => {
    const before = await load(first)
    expect(await reseal(second, first)).toBe(2)
    expect(await load(second)).toEqual(before)
    await expect(load(first)).rejects.toThrow('another APP_SECRET')
    expect(await stored()).not.toContain(before[0]!.privateJwk.d)
  })

  test('is replaced by several processes at once, each key once', async () => {
    const before = await load(first)
    const moved = await Promise.all([1, 2, 3, 4].map(() => reseal(second, first)))
    expect(moved.reduce((sum, count) => sum + count)).toBe(2)
    expect(await load(second)).toEqual(before)
  })

  test('changes nothing where nothing was replaced', async () => {
    await load(first)
    const before = await stored()
    expect(await reseal(first)).toBe(0)
    expect(await reseal(first, second)).toBe(0)
    expect(await stored()).toBe(before)
  })

  test('that is not named leaves its keys as they are', async () => {
    await load(first)
    const before = await stored()
    expect(await reseal(second)).toBe(0)
    expect(await stored()).toBe(before)
  })

  test('need not be named when the database had made it', async () => {
    const made = await keptSecret(database)
    const before = await load(made)
    expect(await reseal(first)).toBe(2)
    expect(await load(first)).toEqual(before)
  })
})
