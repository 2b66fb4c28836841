import { describe, expect, it } from 'vitest'
import { type Card, readyLine, renderJson, renderText } from './card.ts'

const card: Card = {
  issuer: 'http://localhost:4400',
  mcpUrl: 'http://localhost:4401/mcp',
  authorizationEndpoint: 'http://localhost:4400/oauth2/authorize',
  tokenEndpoint: 'http://localhost:4400/oauth2/token',
  registrationEndpoint: 'http://localhost:4400/oauth2/register',
  consoleUrl: 'http://localhost:4400/console',
  clientId: 'chatgpt-mcp-connector',
  otherClientIds: ['claude', 'local-client'],
  accounts: [
    {
      email: 'owner@neonpanel.test',
      password: 'neonpanel-demo',
      about: 'Owner of Harbor Goods LLC',
    },
    { email: 'outsider@neonpanel.test', password: 'neonpanel-demo', about: 'member of no company' },
  ],
  initialAccessToken: { token: 'eyJ.abc.def', expiresAt: new Date('2031-02-03T04:05:06.789Z') },
}

const bare: Card = {
  ...card,
  clientId: undefined,
  otherClientIds: [],
  accounts: [],
  initialAccessToken: undefined,
}

describe('renderText', () => {
  it('shows everything that is needed to connect a client', () => {
    const text = renderText(card)
    for (const part of [
      card.issuer,
      card.mcpUrl,
      card.authorizationEndpoint,
      card.tokenEndpoint,
      card.registrationEndpoint,
      card.consoleUrl,
      'chatgpt-mcp-connector',
      'claude, local-client',
      'owner@neonpanel.test     Owner of Harbor Goods LLC',
      'outsider@neonpanel.test  member of no company',
      'neonpanel-demo',
      'one registration, until 2031-02-03T04:05:06Z',
    ]) {
      expect(text).toContain(part)
    }
  })

  it('puts the token on a line of its own, to be copied', () => {
    expect(renderText(card).split('\n')).toContain('  eyJ.abc.def')
  })

  it('is short, and narrow enough for a terminal', () => {
    const lines = renderText(card).split('\n')
    expect(lines.length).toBeLessThan(30)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
  })

  it('has no control characters when nobody watches', () => {
    expect(renderText(card)).not.toContain('\u001b')
  })

  it('leaves out what there is not: demo data, registration', () => {
    const text = renderText(bare)
    for (const label of [
      'Client id',
      'Password',
      'Sign in as',
      'Initial access token',
      'undefined',
    ]) {
      expect(text).not.toContain(label)
    }
  })
})

describe('renderJson', () => {
  it('is one line with the same facts', () => {
    const line = renderJson(card)
    expect(line).not.toContain('\n')
    expect(JSON.parse(line)).toEqual({
      issuer: card.issuer,
      mcp_url: card.mcpUrl,
      authorization_endpoint: card.authorizationEndpoint,
      token_endpoint: card.tokenEndpoint,
      registration_endpoint: card.registrationEndpoint,
      console_url: card.consoleUrl,
      client_id: 'chatgpt-mcp-connector',
      other_client_ids: ['claude', 'local-client'],
      accounts: card.accounts,
      initial_access_token: 'eyJ.abc.def',
      initial_access_token_expires_at: '2031-02-03T04:05:06.789Z',
    })
  })

  it('leaves out what there is not', () => {
    const parsed = JSON.parse(renderJson(bare))
    expect(parsed).not.toHaveProperty('client_id')
    expect(parsed).not.toHaveProperty('initial_access_token')
    expect(parsed.accounts).toEqual([])
  })
})

describe('readyLine', () => {
  it('is exactly what scripts wait for', () => {
    expect(readyLine(card)).toBe('ready issuer=http://localhost:4400 mcp=http://localhost:4401/mcp')
  })
})
