import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Database } from '../database.ts'
import { migrate } from '../migrate.ts'
import { statement } from '../statement.ts'

const writeSetting = statement(
  'test_write_setting',
  'INSERT INTO "Setting" ("key", "value") VALUES ($1, $2) ON CONFLICT ("key") DO UPDATE SET "value" = EXCLUDED."value"',
)
const readSetting = statement('test_read_setting', 'SELECT "value" FROM "Setting" WHERE "key" = $1')
const writePerson = statement(
  'test_write_person',
  `INSERT INTO "Person" ("id", "email", "name", "passwordHash", "administrator", "suspendedAt", "createdAt")
   VALUES ($1, $2, $3, $4, $5, $6, $7)
   RETURNING "id", "administrator", "suspendedAt", "createdAt"`,
)
const spendOnce = statement(
  'test_spend_once',
  'UPDATE "InitialAccessToken" SET "uses" = "uses" + 1 WHERE "jti" = $1 AND "uses" < "maxUses" RETURNING "uses"',
)
const countForUpdate = statement(
  'test_count_for_update',
  'SELECT "uses"::int AS "uses" FROM "InitialAccessToken" WHERE "jti" = $1 FOR UPDATE',
)

const at = new Date('2026-02-03T04:05:06.789Z')

/** What every engine promises. `open` gives an empty database. */
export function databaseBehaviour(open: () => Promise<Database>): void {
  let database: Database

  beforeEach(async () => {
    database = await open()
    await migrate(database)
  })
  afterEach(() => database.close())

  statementBehaviour(() => database)
  referenceBehaviour(() => database)
  transactionBehaviour(() => database)
  bulkBehaviour(() => database)
  announcementBehaviour(() => database)
}

async function read({ query }: Database, key: string): Promise<string | undefined> {
  const [row] = await query<{ value: string }>(readSetting, [key])
  return row?.value
}

function statementBehaviour(opened: () => Database): void {
  test('a statement returns dates as Date and booleans as boolean, also from RETURNING', async () => {
    const [row] = await opened().query(writePerson, ['p', 'p@x.test', 'P', 'h', true, null, at])
    expect(row).toEqual({ id: 'p', administrator: true, suspendedAt: null, createdAt: at })
  })

  test('what a statement writes, Prisma reads, and the other way round', async () => {
    await opened().query(writePerson, ['p', 'p@x.test', 'P', 'h', false, at, at])
    expect(await opened().prisma.person.findUnique({ where: { id: 'p' } })).toMatchObject({
      administrator: false,
      suspendedAt: at,
      createdAt: at,
    })
    await opened().prisma.setting.create({ data: { key: 'k', value: 'from Prisma' } })
    expect(await read(opened(), 'k')).toBe('from Prisma')
  })

  test('dates of statements and of Prisma compare with each other', async () => {
    await opened().query(writePerson, ['p', 'p@x.test', 'P', 'h', false, at, at])
    const before = { lt: new Date(at.getTime() + 1) }
    expect(await opened().prisma.person.count({ where: { createdAt: before } })).toBe(1)
    expect(await opened().prisma.person.count({ where: { createdAt: { lt: at } } })).toBe(0)
  })
}

function referenceBehaviour(opened: () => Database): void {
  test('a guarded update has one winner among simultaneous callers', async () => {
    await opened().prisma.initialAccessToken.create({
      data: { jti: 'j', maxUses: 1, createdBy: 'test', expiresAt: at },
    })
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => opened().query(spendOnce, ['j'])),
    )
    expect(answers.filter((rows) => rows.length === 1)).toHaveLength(1)
  })

  test('casts and row locks are portable', async () => {
    await opened().prisma.initialAccessToken.create({
      data: { jti: 'j', maxUses: 3, uses: 2, createdBy: 'test', expiresAt: at },
    })
    const rows = await opened().transaction((query) => query(countForUpdate, ['j']))
    expect(rows).toEqual([{ uses: 2 }])
  })

  test('a violated reference is refused', async () => {
    const orphan = { personId: 'nobody', companyId: 'nowhere', role: 'Owner' }
    await expect(opened().prisma.membership.create({ data: orphan })).rejects.toMatchObject({
      code: 'P2003',
    })
  })

  test('a violated key is refused by Prisma as a unique constraint', async () => {
    await opened().prisma.setting.create({ data: { key: 'k', value: 'v' } })
    const again = opened().prisma.setting.create({ data: { key: 'k', value: 'w' } })
    await expect(again).rejects.toMatchObject({ code: 'P2002' })
    expect(await read(opened(), 'k')).toBe('v')
  })
}

function transactionBehaviour(opened: () => Database): void {
  test('a transaction is committed when its work returns', async () => {
    const result = await opened().transaction(async (query) => {
      await query(writeSetting, ['k', 'v'])
      return 'done'
    })
    expect(result).toBe('done')
    expect(await read(opened(), 'k')).toBe('v')
  })

  test('a transaction is rolled back when its work throws', async () => {
    const failing = opened().transaction(async (query) => {
      await query(writeSetting, ['k', 'v'])
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await read(opened(), 'k')).toBeUndefined()
  })

  test('a transaction whose statement fails is rolled back and leaves the database usable', async () => {
    await opened().query(writePerson, ['p', 'p@x.test', 'P', 'h', false, null, at])
    const failing = opened().transaction(async (query) => {
      await query(writeSetting, ['k', 'v'])
      await query(writePerson, ['p', 'again@x.test', 'P', 'h', false, null, at])
    })
    await expect(failing).rejects.toThrow()
    expect(await read(opened(), 'k')).toBeUndefined()
    await opened().query(writeSetting, ['k', 'later'])
    expect(await read(opened(), 'k')).toBe('later')
  })

  test('a transaction of Prisma is rolled back when its work throws', async () => {
    const failing = opened().prisma.$transaction(async (prisma) => {
      await prisma.setting.create({ data: { key: 'k', value: 'v' } })
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await read(opened(), 'k')).toBeUndefined()
  })

  test('statements, transactions and Prisma of many callers at once all take effect', async () => {
    await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        await opened().query(writeSetting, [`q${index}`, 'v'])
        await opened().transaction((query) => query(writeSetting, [`t${index}`, 'v']))
        await opened().prisma.setting.create({ data: { key: `p${index}`, value: 'v' } })
        await opened().prisma.$transaction((prisma) =>
          prisma.setting.create({ data: { key: `x${index}`, value: 'v' } }),
        )
      }),
    )
    expect(await opened().prisma.setting.count()).toBe(96)
  })
}

function bulkBehaviour(opened: () => Database): void {
  test('many rows are inserted at once, and rows that exist are left as they are', async () => {
    await opened().query(writeSetting, ['s7', 'mine'])
    const rows = Array.from({ length: 12_000 }, (_, index) => [`s${index}`, `it's "${index}"`])
    expect(await opened().insertRows('Setting', ['key', 'value'], rows)).toBe(11_999)
    expect(await read(opened(), 's7')).toBe('mine')
    expect(await read(opened(), 's11999')).toBe(`it's "11999"`)
  })

  test('inserted rows keep dates, booleans and nulls', async () => {
    await opened().insertRows(
      'Person',
      ['id', 'email', 'name', 'passwordHash', 'administrator', 'suspendedAt', 'createdAt'],
      [['p', 'p@x.test', 'P', 'h', true, null, at]],
    )
    expect(await opened().prisma.person.findMany()).toMatchObject([
      { administrator: true, suspendedAt: null, createdAt: at },
    ])
  })

  test('no row of a failing insert stays', async () => {
    const rows = [
      ['co', 'Company', 'US'],
      ['co2', null, 'US'],
    ] as [string, string | null, string][]
    await expect(opened().insertRows('Company', ['id', 'name', 'country'], rows)).rejects.toThrow()
    expect(await opened().prisma.company.count()).toBe(0)
  })

  test('after close every use is refused, and closing again is harmless', async () => {
    const database = opened()
    await database.close()
    await database.close()
    await expect(read(opened(), 'k')).rejects.toThrow()
    await expect(opened().ping()).rejects.toThrow()
  })
}

function announcementBehaviour(opened: () => Database): void {
  test('an announcement reaches the listeners of its channel in this process, each once', async () => {
    const { announcements } = opened()
    const heard: string[] = []
    announcements.listen('one', (message) => heard.push(`first ${message}`))
    const stop = announcements.listen('one', (message) => heard.push(`second ${message}`))
    announcements.listen('other', (message) => heard.push(`other ${message}`))
    await announcements.announce('one', 'line\nbreak')
    stop()
    await announcements.announce('one', 'again')
    expect(heard).toEqual(['first line\nbreak', 'second line\nbreak', 'first again'])
  })

  test('an announcement that NOTIFY could not carry is refused with what to do', async () => {
    const { announcements } = opened()
    const heard: string[] = []
    announcements.listen('one', (message) => heard.push(message))
    const long = 'ä'.repeat(4_000)
    await expect(announcements.announce('one', long)).rejects.toThrow(
      /^An announcement on one has 8003 bytes .* in several announcements\.$/,
    )
    await announcements.announce('one', 'x'.repeat(7_897))
    expect(heard).toHaveLength(1)
  })

  test('a listener that fails keeps neither the others nor the announcer', async () => {
    const { announcements } = opened()
    const heard: string[] = []
    const warned = new Promise((resolve) => process.once('warning', resolve))
    announcements.listen('one', () => {
      throw new Error('this listener fails')
    })
    announcements.listen('one', (message) => heard.push(message))
    await announcements.announce('one', 'still told')
    expect(heard).toEqual(['still told'])
    await expect(warned).resolves.toMatchObject({ message: 'this listener fails' })
  })
}
