import { EnvironmentError } from '@neonpanel/process/environment'
import { describe, expect, test } from 'vitest'
import { parseConfig } from './config.ts'

const staging = {
  ISSUER_URL: 'https://my.example.com',
  MCP_URL: 'https://mcp.example.com/mcp',
  APP_SECRET: 'A'.repeat(43),
  ADMIN_TOKEN: 'twenty-four-characters-x',
}

function problems(environment: Record<string, string>): readonly string[] {
  try {
    parseConfig(environment)
    return []
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems
    throw error
  }
}

describe('the configuration of the authorization server', () => {
  test('is complete on loopback with nothing set', () => {
    expect(parseConfig({})).toMatchObject({
      port: 4400,
      issuer: 'http://localhost:4400',
      mcpUrl: 'http://localhost:4401/mcp',
      databaseUrl: 'file:.neonpanel/neonpanel.db',
      seed: 'demo',
      adminToken: 'neonpanel-local-admin',
      appSecrets: undefined,
      refreshLeewaySeconds: 10,
      registrationMode: 'iat',
      testControls: true,
    })
  })

  test('knows the secret in use, and behind it those that it replaced', () => {
    const [first, second] = ['A'.repeat(43), 'B'.repeat(64)]
    expect(parseConfig({ APP_SECRET: first }).appSecrets).toEqual([first])
    expect(parseConfig({ APP_SECRET: `${second},${first}` }).appSecrets).toEqual([second, first])
    expect(parseConfig({ APP_SECRET: `${second}, ${first}` }).appSecrets).toEqual([second, first])
  })

  test('has the URLs follow the ports', () => {
    const config = parseConfig({ AUTH_PORT: '5000', MCP_PORT: '5001', DATA_DIR: 'memory' })
    expect(config.issuer).toBe('http://localhost:5000')
    expect(config.mcpUrl).toBe('http://localhost:5001/mcp')
    expect(config.databaseUrl).toBe('memory:')
  })

  test('has nothing of a demo off loopback', () => {
    expect(parseConfig(staging)).toMatchObject({
      seed: 'none',
      testControls: false,
      isLocal: false,
    })
    expect(parseConfig({ ...staging, TEST_CONTROLS: 'staging' }).testControls).toBe(true)
  })

  test.each([
    ['plain http off loopback', { ...staging, ISSUER_URL: 'http://my.example.com' }, 'ISSUER_URL'],
    ['an issuer with a path', { ...staging, ISSUER_URL: 'https://x.example/a' }, 'ISSUER_URL'],
    ['an issuer with a slash', { ...staging, ISSUER_URL: 'https://x.example/' }, 'ISSUER_URL'],
    ['a resource with a slash', { ...staging, MCP_URL: 'https://m.example/mcp/' }, 'MCP_URL'],
    ['no secret off loopback', { ...staging, APP_SECRET: '' }, 'APP_SECRET'],
    ['a short secret', { APP_SECRET: 'A'.repeat(42) }, 'APP_SECRET'],
    ['a short secret behind a good one', { APP_SECRET: `${'A'.repeat(43)},B` }, 'APP_SECRET'],
    ['a comma and nothing behind it', { APP_SECRET: `${'A'.repeat(43)},` }, 'APP_SECRET'],
    ['a secret that is not base64url', { APP_SECRET: '+'.repeat(43) }, 'APP_SECRET'],
    ['no admin token off loopback', { ...staging, ADMIN_TOKEN: '' }, 'ADMIN_TOKEN'],
    ['a short admin token', { ...staging, ADMIN_TOKEN: 'a'.repeat(23) }, 'ADMIN_TOKEN'],
    ['test controls off loopback', { ...staging, TEST_CONTROLS: 'true' }, 'TEST_CONTROLS'],
    ['another database', { DATABASE_URL: 'mysql://localhost/x' }, 'DATABASE_URL'],
    ['an unknown seed', { SEED: 'prod' }, 'SEED'],
    ['a lifetime of nothing', { ACCESS_TOKEN_TTL_SECONDS: '0' }, 'ACCESS_TOKEN_TTL_SECONDS'],
    ['an unknown registration mode', { REGISTRATION_MODE: 'on' }, 'REGISTRATION_MODE'],
  ])('refuses %s', (_, environment, variable) => {
    expect(problems(environment)).toEqual([expect.stringMatching(`^${variable} `)])
  })

  test('tells all problems at once, and no value', () => {
    const environment = {
      ISSUER_URL: 'https://my.example.com',
      AUTH_PORT: 'http',
      ADMIN_TOKEN: 'hunter2',
      SEED: 'prod',
    }
    const told = problems(environment)
    expect(told.map((problem) => problem.split(' ')[0]).toSorted()).toEqual([
      'ADMIN_TOKEN',
      'APP_SECRET',
      'AUTH_PORT',
      'SEED',
    ])
    expect(told.join()).not.toContain('hunter2')
  })
})
