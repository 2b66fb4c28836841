import { EnvironmentError } from '@neonpanel/process/environment'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'

const staging = {
  ISSUER_URL: 'https://my.neonpanel.test',
  MCP_URL: 'https://mcp.neonpanel.test/mcp',
  APP_SECRET: 'A'.repeat(43),
}

/** Names of the variables that are complained about. */
function refused(environment: Record<string, string>): string[] {
  try {
    parseConfig(environment)
    return []
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems.map((text) => text.split(' ')[0]!)
    throw error
  }
}

describe('configuration', () => {
  it('runs with nothing set', () => {
    expect(parseConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 4401,
      issuer: 'http://localhost:4400',
      mcpUrl: 'http://localhost:4401/mcp',
      revocationCheckSeconds: 5,
      legacySse: true,
      testControls: true,
    })
  })

  it('lets both URLs follow the ports', () => {
    expect(parseConfig({ AUTH_PORT: '5500', MCP_PORT: '5501' })).toMatchObject({
      issuer: 'http://localhost:5500',
      mcpUrl: 'http://localhost:5501/mcp',
    })
  })

  it('takes 0 as "ask every time"', () => {
    expect(parseConfig({ REVOCATION_CHECK_SECONDS: '0' }).revocationCheckSeconds).toBe(0)
  })

  it('has no test controls off loopback unless staging is said', () => {
    expect(parseConfig(staging).testControls).toBe(false)
    expect(parseConfig({ ...staging, TEST_CONTROLS: 'staging' }).testControls).toBe(true)
  })

  it.each([
    ['a secret is missing off loopback', { ...staging, APP_SECRET: '' }, 'APP_SECRET'],
    ['a secret is short', { APP_SECRET: 'c2hvcnQ' }, 'APP_SECRET'],
    ['test controls are on off loopback', { ...staging, TEST_CONTROLS: 'true' }, 'TEST_CONTROLS'],
    ['the issuer has a path', { ISSUER_URL: 'http://localhost:4400/oauth2' }, 'ISSUER_URL'],
    ['the issuer is plain http', { ISSUER_URL: 'http://my.neonpanel.test' }, 'ISSUER_URL'],
    ['the resource ends with a slash', { MCP_URL: 'http://localhost:4401/mcp/' }, 'MCP_URL'],
    ['the resource is plain http', { MCP_URL: 'http://mcp.neonpanel.test/mcp' }, 'MCP_URL'],
    ['a port is not a port', { MCP_PORT: '70000' }, 'MCP_PORT'],
    ['the window is negative', { REVOCATION_CHECK_SECONDS: '-1' }, 'REVOCATION_CHECK_SECONDS'],
    ['a switch is misspelt', { LEGACY_SSE: 'maybe' }, 'LEGACY_SSE'],
    ['the database is of another kind', { DATABASE_URL: 'mysql://localhost' }, 'DATABASE_URL'],
  ])('refuses to start when %s', (_why, environment, variable) => {
    expect(refused(environment)).toContain(variable)
  })

  it('names every problem at once', () => {
    expect(refused({ MCP_PORT: 'x', LEGACY_SSE: 'x', DATABASE_URL: 'x' })).toHaveLength(3)
  })
})
