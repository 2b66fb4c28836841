import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { beforeEach, describe, expect, test } from 'vitest'
import { auditSettled, recordAudit } from './audit.ts'

describe('the audit log', () => {
  let database: Database
  beforeEach(async () => {
    database = await openDatabase('memory:')
    await migrate(database)
    return () => database.close()
  })

  test('keeps an event by the time it is said to', async () => {
    await recordAudit(database, { type: 'consent.granted', clientId: 'claude', detail: { a: 1 } })
    const events = await database.prisma.auditEvent.findMany()
    expect(events).toMatchObject([
      { type: 'consent.granted', clientId: 'claude', personId: null, detail: '{"a":1}' },
    ])
  })

  test('keeps every one of many at once', async () => {
    for (let index = 0; index < 1_200; index += 1) {
      void recordAudit(database, { type: 'token.issued', grantId: `g${index}` })
    }
    await auditSettled(database)
    const events = await database.prisma.auditEvent.findMany({ select: { grantId: true } })
    expect(new Set(events.map(({ grantId }) => grantId)).size).toBe(1_200)
  })

  test('tells when it cannot keep an event, and goes on afterwards', async () => {
    const invalid = { type: null } as never
    await expect(recordAudit(database, invalid)).rejects.toThrow()
    await recordAudit(database, { type: 'token.issued' })
    expect(await database.prisma.auditEvent.count()).toBe(1)
  })

  test('is settled where nothing was ever recorded', async () => {
    await expect(auditSettled(database)).resolves.toBeUndefined()
  })
})
