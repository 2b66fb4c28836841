import { type PersonaName, personas } from '@neonpanel/personas/catalogue'
import { earlierVersion } from '@neonpanel/personas/persona'
import type { PersonaRun } from '@neonpanel/personas/run-persona'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { flowsOf } from '../harness/flows.ts'
import { documentHost, registeredByHand, run } from '../harness/personas.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stacks = {
  iat: await testStack({ REGISTRATION_MODE: 'iat' }),
  open: await testStack({ REGISTRATION_MODE: 'open' }),
}
const host = await documentHost(stacks.iat, stacks.open)

/** Of the personas that ran. */
const clientIds = { iat: [] as string[], open: [] as string[] }

/** Forms that went to the token endpoint, in order. */
function tokenRequests({ story }: PersonaRun): URLSearchParams[] {
  return story.exchanges
    .filter(({ step, request }) => step === 'token' && request.method === 'POST')
    .map(({ request }) => new URLSearchParams(String(request.body)))
}

const renewals = (attempt: PersonaRun) =>
  tokenRequests(attempt).filter((form) => form.get('grant_type') === 'refresh_token')

/** Authorization requests, in order. */
function authorizations({ story }: PersonaRun): URLSearchParams[] {
  return story.exchanges
    .filter(({ step, request }) => step === 'authorize' && request.method === 'GET')
    .map(({ request }) => new URL(request.url, 'http://as').searchParams)
}

function registrations({ story }: PersonaRun): Record<string, unknown>[] {
  return story.exchanges
    .filter(({ step, request }) => step === 'register' && request.method === 'POST')
    .map(({ request }) => request.body as Record<string, unknown>)
}

/** It went all the way: connected, called a tool, and renewed. */
function expectCompleted(attempt: PersonaRun, mode: keyof typeof stacks) {
  const { story, steps } = attempt
  expect(story.status, steps.map(({ says }) => says).join('\n')).toBe('completed')
  const said = steps.map(({ step }) => step)
  expect(said).toEqual(expect.arrayContaining(['discovery', 'register', 'code', 'tool_call']))
  expect(renewals(attempt).length).toBeGreaterThan(0)
  expect(JSON.stringify(story)).not.toContain(attempt.tokens?.access_token)
  clientIds[mode].push(story.clientId ?? '')
}

/** By its metadata document, which both modes take. */
async function byDocument(name: PersonaName, mode: keyof typeof stacks) {
  const attempt = await run(name, stacks[mode], { key: host.key })
  expectCompleted(attempt, mode)
  expect(attempt.story.clientId).toBe(personas[name].registration.document?.url)
  expect(registrations(attempt)).toEqual([])
  return attempt
}

/** By an id that somebody entered where registration is closed, by registering where it is open. */
async function byIdOrRegistration(name: PersonaName, mode: keyof typeof stacks) {
  if (mode === 'open') {
    const attempt = await run(name, stacks.open)
    expectCompleted(attempt, mode)
    expect(registrations(attempt)).toHaveLength(1)
    return attempt
  }
  const clientId = await registeredByHand(stacks.iat, name)
  const attempt = await run(name, stacks.iat, { registration: { clientId } })
  expectCompleted(attempt, mode)
  expect(attempt.story.clientId).toBe(clientId)
  return attempt
}

for (const mode of ['iat', 'open'] as const) {
  describe(`in registration mode ${mode}`, () => {
    verifies(
      'CL-01',
      'ChatGPT is known by its document, proves itself with its key, and comes back without scope',
      async () => {
        const attempt = await byDocument('chatgpt', mode)
        const [first, again] = authorizations(attempt)
        expect(first?.get('redirect_uri')).toBe(personas.chatgpt.redirect.uri)
        expect(first?.get('scope')).toContain('read:inventory')
        expect(first?.get('scope')).not.toContain('offline_access')
        expect(again?.has('scope')).toBe(false)
        for (const form of tokenRequests(attempt)) {
          expect(form.get('client_assertion_type')).toContain('jwt-bearer')
        }
        expect(host.requests).toContain('https://chatgpt.com/oauth/jwks.json')
      },
    )

    verifies('CL-02', 'Claude is known by its document and never asks offline_access', async () => {
      const attempt = await byDocument('claude', mode)
      const [asked] = authorizations(attempt)
      expect(asked?.get('redirect_uri')).toBe('https://claude.ai/api/mcp/auth_callback')
      expect(asked?.get('scope')).not.toContain('offline_access')
      expect(asked?.get('resource')).toBe(stacks[mode].mcpUrl)
    })

    verifies(
      'CL-03',
      'Claude Code comes back to a port of its own, and three of its processes renew at once',
      async () => {
        const attempt = await byDocument('claude-code', mode)
        const [asked] = authorizations(attempt)
        expect(asked?.get('redirect_uri')).toMatch(/^http:\/\/localhost:\d+\/callback$/)
        expect(asked?.get('scope')).toContain('offline_access')
        expect(new Set(renewals(attempt).map((form) => form.get('refresh_token')))).toHaveLength(1)
        expect(renewals(attempt)).toHaveLength(3)
      },
    )

    verifies('CL-04', 'VS Code is known by its document and listens on loopback', async () => {
      const [asked] = authorizations(await byDocument('vscode', mode))
      expect(asked?.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    })

    verifies('CL-05', 'Cursor comes back to its own scheme', async () => {
      const attempt = await byIdOrRegistration('cursor', mode)
      const [asked] = authorizations(attempt)
      expect(asked?.get('redirect_uri')).toBe('cursor://anysphere.cursor-mcp/oauth/callback')
      for (const body of registrations(attempt)) {
        expect(body).not.toHaveProperty('application_type')
        expect(body.redirect_uris).toHaveLength(3)
      }
    })

    verifies(['CL-06', 'RS-35'], 'the Inspector’s page is let at every answer', async () => {
      const attempt = await byIdOrRegistration('inspector', mode)
      const preflights = attempt.story.exchanges.filter(
        ({ request }) => request.method === 'OPTIONS',
      )
      expect(preflights.length).toBeGreaterThan(3)
      for (const body of registrations(attempt)) expect(body.scope).toBe('')
    })

    verifies('CL-07', 'mcp-remote listens on loopback, any port', async () => {
      const [asked] = authorizations(await byIdOrRegistration('mcp-remote', mode))
      expect(asked?.get('redirect_uri')).toMatch(/^http:\/\/localhost:\d+\/oauth\/callback$/)
    })

    verifies(
      'CL-08',
      'Gemini CLI sends HEAD, asks for all that the server lists, and sends audience',
      async () => {
        const attempt = await byIdOrRegistration('gemini-cli', mode)
        const [asked] = authorizations(attempt)
        expect(asked?.get('audience')).toBe(stacks[mode].mcpUrl)
        expect(asked?.get('scope')).toContain('write:import')
        expect(attempt.story.exchanges.map(({ request }) => request.method)).toContain('HEAD')
      },
    )

    verifies('CL-09', 'Codex renews without resource', async () => {
      const attempt = await byDocument('codex', mode)
      const [asked] = authorizations(attempt)
      expect(asked?.get('resource')).toBe(stacks[mode].mcpUrl)
      const [renewal] = renewals(attempt)
      expect(renewal?.has('resource')).toBe(false)
    })

    verifies('CL-10', 'mcp-use works from a page and reads its token', async () => {
      const attempt = await byIdOrRegistration('mcp-use', mode)
      expect(attempt.steps.map(({ says }) => says).join('\n')).toContain('expires at')
    })

    verifies(['CL-05', 'CL-07', 'AS-125'], 'earlier versions work as well', async () => {
      const { cursor, 'mcp-remote': remote } = personas
      const earlier = [earlierVersion(cursor, 'before 3.13'), earlierVersion(remote, '0.1.38')]
      for (const persona of earlier) {
        const initialAccessToken = (await adminApi(stacks[mode]).mint()).initial_access_token
        const registration = mode === 'iat' ? { registration: { initialAccessToken } } : {}
        expectCompleted(await run(persona, stacks[mode], registration), mode)
      }
    })

    verifies(
      'persona-told',
      'the servers tell each of them as one story that completed, and blame nobody',
      async () => {
        const told = await flowsOf(stacks[mode]).list('?limit=50')
        const titles = told.map(({ client_id, status, verdict }) => ({
          client_id,
          status,
          verdict,
        }))
        for (const client_id of clientIds[mode]) {
          expect(titles).toContainEqual({ client_id, status: 'completed', verdict: null })
        }
        expect(clientIds[mode]).toHaveLength(12)
        // Connecting again is a story of its own.
        expect(told).toHaveLength(13)
        expect(told.filter(({ status }) => status !== 'completed')).toEqual([])
      },
    )
  })
}
