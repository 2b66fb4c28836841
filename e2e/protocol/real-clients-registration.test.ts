import { codeFlow } from '@neonpanel/testing-kit/client/grant'
import { register } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { initial_access_token } = await adminApi(stack).mint({ max_uses: 100 })

/** What real clients send when they register (SPEC-MATRIX part C), and what they return to afterwards. */
const realClients = {
  ChatGPT: {
    body: {
      client_name: 'ChatGPT',
      redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    redirectUri: 'https://chatgpt.com/connector_platform_oauth_redirect',
  },
  'Claude.ai': {
    body: {
      client_name: 'Claude',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'read:companies read:inventory',
    },
    redirectUri: 'https://claude.ai/api/mcp/auth_callback',
  },
  'Claude Code': {
    body: {
      client_name: 'Claude Code (neonpanel)',
      redirect_uris: ['http://localhost:54545/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'read:companies read:inventory offline_access',
    },
    redirectUri: 'http://localhost:61234/callback',
  },
  'VS Code': {
    body: {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      grant_types: [
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      response_types: ['code'],
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://127.0.0.1/',
        'http://127.0.0.1:33418/',
      ],
      scope: 'read:companies read:inventory',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    redirectUri: 'http://127.0.0.1:58221/',
  },
  Cursor: {
    body: {
      client_name: 'Cursor',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'web',
    },
    redirectUri: 'cursor://anysphere.cursor-mcp/oauth/callback',
  },
  'MCP Inspector': {
    body: {
      redirect_uris: ['http://localhost:6274/oauth/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      scope: '',
      application_type: 'native',
    },
    redirectUri: 'http://localhost:6274/oauth/callback',
  },
  'mcp-remote': {
    body: {
      redirect_uris: ['http://localhost:3334/oauth/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'MCP CLI Proxy',
      client_uri: 'https://github.com/geelen/mcp-remote',
      software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
      software_version: '0.1.38',
      scope: 'openid email profile',
    },
    redirectUri: 'http://localhost:3334/oauth/callback',
  },
  'Gemini CLI': {
    body: {
      client_name: 'Gemini CLI MCP Client',
      redirect_uris: ['http://localhost:7777/oauth/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: '',
    },
    redirectUri: 'http://localhost:7777/oauth/callback',
  },
  Codex: {
    body: {
      client_name: 'Codex',
      redirect_uris: ['http://127.0.0.1:1455/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    redirectUri: 'http://127.0.0.1:49321/callback',
  },
  'mcp-use': {
    body: {
      client_name: 'mcp-use',
      redirect_uris: ['http://localhost:3000/oauth/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    redirectUri: 'http://localhost:3000/oauth/callback',
  },
} as const

describe('what real clients send', () => {
  for (const [name, { body: metadata, redirectUri }] of Object.entries(realClients)) {
    verifies(
      ['AS-120', 'AS-122', 'AS-125', 'AS-126', 'AS-46'],
      `${name} registers with its own words, signs in, refreshes and revokes`,
      async () => {
        const { status, body } = await register(stack, metadata, initial_access_token)
        expect(status, JSON.stringify(body)).toBe(201)
        expect(body).not.toHaveProperty('client_secret')
        const { redeem, client } = await codeFlow(stack, {
          client: { clientId: body.client_id, redirectUri },
          scope: 'read:companies read:inventory read:cogs',
        })
        const tokens = await redeem()
        expect(tokens.status, JSON.stringify(tokens.body)).toBe(200)
        expect(contentsOf(tokens.body.access_token).claims.client_id).toBe(body.client_id)
        const refreshed = await client.refresh(tokens.body.refresh_token ?? '', {
          scope: 'read:inventory',
        })
        expect(refreshed.status).toBe(200)
        expect((await client.revoke(refreshed.body.refresh_token ?? '')).status).toBe(200)
        const after = await client.refresh(refreshed.body.refresh_token ?? '')
        expect(after.body.error).toBe('invalid_grant')
      },
    )
  }

  verifies('AS-46', 'a private scheme beside Cursor’s own is refused', async () => {
    for (const uri of [
      'cursor://evil/oauth/callback',
      'cursors://anysphere.cursor-mcp/oauth/callback',
    ]) {
      const { status, body } = await register(
        stack,
        { ...realClients.Cursor.body, redirect_uris: [uri] },
        initial_access_token,
      )
      expect(status, uri).toBe(400)
      expect(body.error).toBe('invalid_redirect_uri')
    }
  })
})
