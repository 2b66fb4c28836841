import { send } from '@neonpanel/testing-kit/client/http'
import { demoService, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { createBrowser } from '@neonpanel/testing-kit/person/browser'
import { textOf } from '@neonpanel/testing-kit/person/page'
import { describe, expect } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()

/** Where an authorization request ends: on the sign-in page, or on an error page. */
async function outcome(clientId: string, redirectUri: string): Promise<string> {
  const { url } = oauthClient(stack, { clientId, redirectUri }).authorization()
  const page = await createBrowser(stack.issuer).open(url)
  return page.url.pathname.startsWith('/interaction/') ? 'sign in' : `${page.status}`
}

async function expectOutcomes(
  clientId: string,
  accepted: readonly string[],
  refused: readonly string[],
) {
  for (const uri of accepted) expect(await outcome(clientId, uri), uri).toBe('sign in')
  for (const uri of refused) expect(await outcome(clientId, uri), uri).toBe('400')
  const { prisma } = stack.database
  const { metadata, secretHash } = await prisma.client.findUniqueOrThrow({ where: { clientId } })
  expect(JSON.parse(metadata).token_endpoint_auth_method).toBe('none')
  expect(secretHash).toBeNull()
}

describe('pre-registered clients', () => {
  verifies(
    'contract-3.2-chatgpt',
    'chatgpt-mcp-connector returns to its three addresses only',
    async () => {
      await expectOutcomes(
        'chatgpt-mcp-connector',
        [
          'https://chatgpt.com/aip/callback',
          'https://chat.openai.com/aip/callback',
          'https://chatgpt.com/connector_platform_oauth_redirect',
        ],
        [
          'https://chatgpt.com/aip/callback/',
          'https://chat.openai.com/connector_platform_oauth_redirect',
          'http://chatgpt.com/aip/callback',
          'https://chatgpt.com.evil.example/aip/callback',
        ],
      )
    },
  )

  verifies('contract-3.2-claude', 'claude returns to its two addresses only', async () => {
    await expectOutcomes(
      'claude',
      ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'],
      [
        'https://claude.ai/api/mcp/auth_callback?x=1',
        'https://claude.ai/',
        'http://localhost/callback',
      ],
    )
  })

  verifies(
    ['contract-3.2-local', 'AS-44', 'AS-45'],
    'local-client returns to any loopback port, at /callback only',
    async () => {
      await expectOutcomes(
        'local-client',
        [
          'http://127.0.0.1/callback',
          'http://127.0.0.1:1024/callback',
          'http://127.0.0.1:65535/callback',
          'http://localhost/callback',
          'http://localhost:49152/callback',
        ],
        [
          'http://127.0.0.1:49152/other',
          'http://127.0.0.2:49152/callback',
          'https://127.0.0.1:49152/callback',
          'http://[::1]:49152/callback',
          'http://localhost.evil.example:49152/callback',
        ],
      )
    },
  )

  verifies(
    'contract-3.2-inspector',
    'mcp-inspector returns to its three addresses only',
    async () => {
      await expectOutcomes(
        'mcp-inspector',
        [
          'http://localhost:6274/oauth/callback',
          'http://localhost:6274/oauth/callback/debug',
          'http://127.0.0.1:6276/oauth/callback',
        ],
        ['http://localhost:6274/oauth', 'http://192.168.0.1:6274/oauth/callback'],
      )
    },
  )

  verifies(
    'contract-3.2-service',
    'demo-service has no redirect and cannot start a sign-in',
    async () => {
      const page = await createBrowser(stack.issuer).open(
        oauthClient(stack, {
          ...demoService,
          redirectUri: 'https://demo.example/cb',
        }).authorization().url,
      )
      expect(page.status).toBe(400)
      const { secretHash, metadata } = await stack.database.prisma.client.findUniqueOrThrow({
        where: { clientId: 'demo-service' },
      })
      expect(secretHash).toMatch(/^\$argon2id\$/)
      expect(JSON.parse(metadata)).toMatchObject({
        grant_types: ['client_credentials'],
        redirect_uris: [],
      })
      expect(metadata).not.toContain(demoService.clientSecret)
    },
  )

  verifies('AS-42', 'an unknown client gets a page, not a redirect', async () => {
    const { url } = oauthClient(stack, {
      clientId: 'nobody',
      redirectUri: 'https://evil.example/cb',
    }).authorization()
    const { status, headers } = await send(url, { headers: { accept: 'text/html' } })
    expect(status).toBe(400)
    expect(headers.get('content-type')).toMatch(/^text\/html/)
    expect(headers.get('location')).toBeNull()
  })

  verifies(
    'AS-42',
    'the page about a wrong redirect URI says what was got and what is registered',
    async () => {
      const { url } = oauthClient(stack, {
        clientId: 'claude',
        redirectUri: 'https://claude.ai/wrong',
      }).authorization()
      const text = textOf(await createBrowser(stack.issuer).open(url))
      expect(text.replace(/\s/g, '')).toContain('https://claude.ai/wrong')
      expect(text).toContain('redirect_uri')
    },
  )
})
