import { send } from '@neonpanel/testing-kit/client/http'
import { describe, expect } from 'vitest'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const hosts = [stack.issuer, new URL(stack.mcpUrl).origin]

describe('health', () => {
  verifies(
    ['contract-1.1-healthz', 'contract-1.2-health'],
    'both servers say that their process is up',
    async () => {
      for (const host of hosts) {
        const { status, body } = await send(`${host}/healthz`)
        expect(status).toBe(200)
        expect(body).toEqual({ status: 'ok' })
      }
    },
  )

  verifies(
    ['contract-1.1-readyz', 'contract-1.2-health'],
    'both servers say that they are ready, and what they checked',
    async () => {
      for (const host of hosts) {
        const { status, body } = await send(`${host}/readyz`)
        expect(status).toBe(200)
        expect(body).toMatchObject({ status: 'ready' })
        const checks = Object.values(body.checks as Record<string, boolean>)
        expect(checks.length).toBeGreaterThanOrEqual(1)
        expect(checks).not.toContain(false)
      }
    },
  )

  verifies(
    ['contract-1.1-metrics', 'contract-1.2-health'],
    'both servers publish metrics for Prometheus, without any token in them',
    async () => {
      for (const host of hosts) {
        await send(`${host}/oauth2/token?code=not-for-metrics`, { method: 'POST' })
        const { status, text, headers } = await send(`${host}/metrics`)
        expect(status).toBe(200)
        expect(headers.get('content-type')).toMatch(/^text\/plain/)
        expect(text).toMatch(/^# TYPE \w+ (counter|histogram)$/m)
        expect(text).not.toContain('not-for-metrics')
      }
    },
  )

  verifies('contract-1.1-readyz', 'a server without its database is up but not ready', async () => {
    const broken = await stackForTest()
    await broken.database.close()
    const { status, body } = await send(`${broken.issuer}/readyz`)
    expect(status).toBe(503)
    expect(body).toMatchObject({ status: 'not_ready' })
    expect((await send(`${broken.issuer}/healthz`)).status).toBe(200)
  })
})
