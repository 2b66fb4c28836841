import { describe, expect } from 'vitest'
import { runScript } from '../harness/process.ts'
import { verifies } from '../verifies.ts'

/** A staging environment that lacks nothing; the database is never reached. */
const staging = {
  ISSUER_URL: 'https://my.neonpanel.com',
  MCP_URL: 'https://mcp.neonpanel.com/mcp',
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
  ADMIN_TOKEN: 'a-long-enough-administrator-token',
  APP_SECRET: 'mN0k2Jq5Xv8Yb1Ce4Fh7Il0Mo3Pr6St9Uw2Zx5Ad8Bg',
}

async function refuse(
  environment: Record<string, string>,
  script: 'start' | 'start:auth' | 'start:mcp' = 'start',
) {
  const { code, stdout, stderr } = await runScript(script, environment).finished()
  expect(code, stderr).toBe(1)
  expect(stdout).toBe('')
  return stderr
}

describe('the environment', () => {
  verifies(
    'contract-2.1-all-problems',
    'is refused with every problem at once, without printing a value, and exit code 1',
    async () => {
      const wrong = {
        AUTH_PORT: 'no-port-here',
        MCP_PORT: '70000',
        ISSUER_URL: 'secret-issuer-value',
        ACCESS_TOKEN_TTL_SECONDS: '-7',
        REGISTRATION_MODE: 'sometimes',
        ACCESS_TOKEN_FORMAT: 'saml',
        REVOCATION_CHECK_SECONDS: 'soon',
        LOG_LEVEL: 'shout',
        APP_SECRET: 'short-secret',
        DATABASE_URL: 'mysql://root:hunter2@db/x',
      }
      const stderr = await refuse(wrong)
      for (const [name, value] of Object.entries(wrong)) {
        expect(stderr).toContain(name)
        expect(stderr).not.toContain(value)
      }
      expect(stderr).not.toContain('hunter2')
      expect(stderr).not.toMatch(/^\s+at /m)
    },
  )

  verifies('contract-2.1-all-problems', 'is refused by each single process too', async () => {
    const wrong = { ...staging, HOST: '', AUTH_PORT: 'x', MCP_PORT: 'y', LOG_FORMAT: 'xml' }
    const auth = await refuse(wrong, 'start:auth')
    expect(auth).toContain('AUTH_PORT')
    expect(auth).toContain('LOG_FORMAT')
    const mcp = await refuse(wrong, 'start:mcp')
    expect(mcp).toContain('MCP_PORT')
    expect(mcp).toContain('LOG_FORMAT')
  })

  verifies(
    'contract-9-database-url',
    'single processes refuse to start without DATABASE_URL',
    async () => {
      const { DATABASE_URL: _, ...rest } = staging
      const without = { ...rest, AUTH_PORT: '0', MCP_PORT: '0' }
      for (const script of ['start:auth', 'start:mcp'] as const) {
        expect(await refuse(without, script)).toContain('DATABASE_URL')
      }
    },
  )

  verifies(
    ['contract-2.1-issuer-url', 'AS-50', 'AS-23'],
    'plain http is refused for an issuer off loopback',
    async () => {
      const stderr = await refuse({ ...staging, ISSUER_URL: 'http://my.neonpanel.com' })
      expect(stderr).toContain('ISSUER_URL')
    },
  )

  verifies(
    ['contract-2.1-issuer-url', 'AS-04', 'AS-03'],
    'an issuer with a path, a query or a trailing slash is refused',
    async () => {
      for (const rest of ['/tenant', '/', '?x=1', '#x']) {
        const ISSUER_URL = `https://my.neonpanel.com${rest}`
        expect(await refuse({ ...staging, ISSUER_URL }), rest).toContain('ISSUER_URL')
      }
    },
  )

  verifies(
    'contract-2.1-mcp-url',
    'plain http, a trailing slash and a fragment are refused for a resource identifier',
    async () => {
      for (const url of [
        'http://mcp.neonpanel.com/mcp',
        'https://mcp.neonpanel.com/mcp/',
        'https://mcp.neonpanel.com/mcp#x',
      ]) {
        expect(await refuse({ ...staging, MCP_URL: url }), url).toContain('MCP_URL')
      }
    },
  )

  verifies(
    'contract-2.1-admin-token',
    'off loopback an administrator token is required, of 24 characters or more',
    async () => {
      const { ADMIN_TOKEN: _, ...without } = staging
      expect(await refuse(without)).toContain('ADMIN_TOKEN')
      expect(await refuse({ ...staging, ADMIN_TOKEN: 'x'.repeat(23) })).toContain('ADMIN_TOKEN')
    },
  )

  verifies(
    'contract-2.1-app-secret',
    'off loopback a secret of 32 bytes or more is required',
    async () => {
      const { APP_SECRET: _, ...without } = staging
      expect(await refuse(without)).toContain('APP_SECRET')
      expect(await refuse({ ...staging, APP_SECRET: 'c2hvcnQ' })).toContain('APP_SECRET')
    },
  )

  verifies(
    ['contract-2.1-test-controls', 'AS-168'],
    'test controls are refused off loopback, unless they are asked for as staging',
    async () => {
      expect(await refuse({ ...staging, TEST_CONTROLS: 'true' })).toContain('TEST_CONTROLS')
      const accepted = await runScript('start:auth', {
        ...staging,
        TEST_CONTROLS: 'staging',
        AUTH_PORT: '0',
      }).finished()
      expect(accepted.stderr).not.toContain('TEST_CONTROLS')
    },
  )
})
