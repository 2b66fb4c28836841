import { bearer, send } from '@neonpanel/testing-kit/client/http'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()

describe('test controls', () => {
  verifies(
    'contract-2.1-test-controls',
    'are there on a loopback issuer, for administrators',
    async () => {
      const { status, body } = await adminApi(stack).get<{ offset_seconds: number }>('/clock')
      expect(status).toBe(200)
      expect(body.offset_seconds).toBe(0)
      for (const headers of [{}, bearer('wrong')]) {
        expect((await send(`${stack.issuer}/console/api/clock`, { headers })).status).toBe(401)
      }
    },
  )

  verifies('contract-2.1-test-controls', 'are gone with TEST_CONTROLS=false', async () => {
    const without = await stackForTest({ TEST_CONTROLS: 'false' })
    for (const path of ['/clock', '/faults', '/requests']) {
      expect((await adminApi(without).get(path)).status, path).toBe(404)
    }
    for (const path of ['/reset', '/tokens']) {
      expect((await adminApi(without).post(path, {})).status, path).toBe(404)
    }
  })
})

describe('other variables on a loopback issuer', () => {
  verifies(
    'contract-2.1-admin-token',
    'the administrator token is the one of the environment',
    async () => {
      expect(stack.adminToken).toBe('neonpanel-local-admin')
      const own = await stackForTest({ ADMIN_TOKEN: 'short-is-fine-here', SEED: 'none' })
      expect((await adminApi(own).get('/clients')).status).toBe(200)
      const usual = { ...own, adminToken: 'neonpanel-local-admin' }
      expect((await adminApi(usual).get('/clients')).status).toBe(401)
    },
  )

  verifies(
    'contract-2.1-seed',
    'SEED=demo is the default there, and none leaves the database empty',
    async () => {
      expect(await stack.database.prisma.person.count()).toBe(6)
      expect(await stack.database.prisma.company.count()).toBe(3)
      const empty = await stackForTest({ SEED: 'none' })
      expect(await empty.database.prisma.person.count()).toBe(0)
      expect(await empty.database.prisma.client.count()).toBe(0)
    },
  )

  verifies('contract-2.1-app-secret', 'a secret is generated into the database, once', async () => {
    const settings = await stack.database.prisma.setting.findMany()
    expect(settings.length).toBeGreaterThanOrEqual(1)
    const given = await stackForTest({
      APP_SECRET: 'mN0k2Jq5Xv8Yb1Ce4Fh7Il0Mo3Pr6St9Uw2Zx5Ad8Bg',
      SEED: 'none',
    })
    const stored = JSON.stringify(await given.database.prisma.setting.findMany())
    expect(stored).not.toContain('mN0k2Jq5Xv8Yb1Ce4Fh7Il0Mo3Pr6St9Uw2Zx5Ad8Bg')
  })
})
