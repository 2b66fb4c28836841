import { toHar } from '@neonpanel/flows/exports/har'
import { toMermaid } from '@neonpanel/flows/exports/mermaid'
import { personas } from '@neonpanel/personas/catalogue'
import { oddDocuments } from '@neonpanel/personas/documents/documents'
import type { Persona } from '@neonpanel/personas/persona'
import { runPersona } from '@neonpanel/personas/run-persona'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { documentHost, opener, registeredByHand, run } from '../harness/personas.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'iat' })
const host = await documentHost(stack)
const api = adminApi(stack)

const reasons = ({ notes }: { notes: readonly { reason: string }[] }) =>
  notes.map(({ reason }) => reason)

describe('a persona that is stopped', () => {
  verifies(
    'persona-verdict',
    'where registration needs a token that Cursor cannot send',
    async () => {
      const { story, verdict, tokens } = await run('cursor', stack)
      expect(story).toMatchObject({ status: 'failed', step: 'register', clientId: undefined })
      expect(verdict).toMatchObject({ cause: 'initial_access_token_missing' })
      expect(verdict?.fix).toContain('client_id')
      expect(tokens).toBeUndefined()
    },
  )

  verifies('persona-verdict', 'with a story that can be saved as the recorder’s can', async () => {
    const { story, verdict } = await run('cursor', stack)
    const origins = {
      'authorization-server': stack.issuer,
      'resource-server': new URL(stack.mcpUrl).origin,
    }
    expect(toHar(story, origins).log.entries).toHaveLength(story.exchanges.length)
    expect(toMermaid(story, verdict)).toContain('sequenceDiagram')
  })

  verifies('persona-verdict', 'by an id that nobody registered', async () => {
    const registration = { clientId: 'never-registered' }
    const { story } = await run('gemini-cli', stack, { registration })
    expect(story).toMatchObject({ status: 'failed', step: 'authorize' })
    expect(reasons(story)).toEqual(['browser_did_not_return'])
  })

  verifies('persona-verdict', 'by an id that has another redirect URI', async () => {
    const registration = { clientId: await registeredByHand(stack, 'cursor') }
    const { story } = await run('inspector', stack, { registration })
    expect(story).toMatchObject({ status: 'failed', step: 'authorize' })
    expect(story.notes.at(-1)?.got).toContain(personas.cursor.redirect.uri)
  })

  verifies('persona-verdict', 'by a person who says no', async () => {
    const { story, verdict } = await run('claude', stack, {
      openBrowser: opener(stack, { press: 'Deny' }),
    })
    expect(story).toMatchObject({ status: 'denied', step: 'authorize' })
    expect(verdict?.cause).toBe('consent_denied')
  })

  verifies(
    'persona-verdict',
    'by metadata of another URL than the one that was entered',
    async () => {
      const entered = stack.mcpUrl.replace('localhost', '127.0.0.1')
      const claude = await runPersona('claude', entered, { openBrowser: opener(stack) })
      expect(claude.story).toMatchObject({ status: 'failed', step: 'discovery' })
      expect(claude.verdict).toMatchObject({
        cause: 'resource_metadata_mismatch',
        evidence: { compare: { got: stack.mcpUrl, expected: entered } },
      })
    },
  )

  verifies('persona-verdict', 'by a server that is not there', async () => {
    const nobody = 'http://127.0.0.1:9/mcp'
    const { story, verdict } = await runPersona('codex', nobody, { openBrowser: opener(stack) })
    expect(story).toMatchObject({ status: 'failed', step: 'discovery' })
    expect(verdict?.cause).toBe('no_answer')
  })

  verifies(
    'persona-verdict',
    'by a token endpoint that is broken on purpose, which its answer says',
    async () => {
      const { body: fault } = await api.post<{ id: string }>('/faults', {
        where: { server: 'authorization-server', path: '/oauth2/token' },
        what: { status: 500, body: '<h1>Internal Server Error</h1>' },
      })
      const { story, verdict } = await run('claude-code', stack)
      await api.remove(`/faults/${fault.id}`)
      expect(story).toMatchObject({ status: 'failed', step: 'token' })
      expect(verdict?.cause).toBe('fault_injected')
    },
  )
})

const strict = await testStack({ REGISTRATION_MODE: 'open', REFRESH_LEEWAY_SECONDS: '0' })

verifies(
  ['CL-03', 'persona-verdict'],
  'Claude Code’s processes lose the session to each other where a refresh token is good for one',
  async () => {
    const { registration } = personas['claude-code']
    const registers: Persona = {
      ...personas['claude-code'],
      registration: { ...registration, ways: ['dynamic'] },
    }
    const { story, verdict } = await runPersona(registers, strict.mcpUrl, {
      openBrowser: opener(strict),
    })
    expect(story).toMatchObject({ status: 'failed', step: 'token' })
    expect(verdict?.cause).toBe('refresh_race_lost')
  },
)

describe('what a persona goes on with', () => {
  verifies('persona-registered', 'an initial access token, where somebody adds it', async () => {
    const { initial_access_token } = await api.mint()
    const registration = { initialAccessToken: initial_access_token }
    const { story } = await run('cursor', stack, { registration })
    expect(story.status).toBe('completed')
  })

  verifies('persona-registered', 'the scopes that were entered in its settings', async () => {
    const registration = { clientId: await registeredByHand(stack, 'gemini-cli') }
    const scopes = ['read:companies', 'read:inventory']
    const { story, tokens } = await run('gemini-cli', stack, { registration, scopes })
    expect(story.status).toBe('completed')
    expect(tokens?.scope?.split(' ').toSorted()).toEqual(scopes)
  })

  verifies(['CL-07', 'contract-5-sse'], 'HTTP+SSE, where nobody takes a POST', async () => {
    const entered = new URL('/sse/', stack.mcpUrl).href
    const registration = { clientId: await registeredByHand(stack, 'mcp-remote') }
    const { story, steps } = await runPersona('mcp-remote', entered, {
      openBrowser: opener(stack),
      registration,
    })
    expect(story.status, steps.at(-1)?.says).toBe('completed')
    expect(steps.map(({ says }) => says)).toContain('Connected over HTTP+SSE, revision 2024-11-05.')
  })

  verifies(
    ['CL-07', 'contract-5-legacy-get'],
    'HTTP+SSE at the same URL, when it tries that first',
    async () => {
      const remote = personas['mcp-remote']
      const sseFirst: Persona = {
        ...remote,
        transport: { ...remote.transport, order: ['sse', 'streamable'] },
      }
      const registration = { clientId: await registeredByHand(stack, 'mcp-remote') }
      const { story, steps } = await runPersona(sseFirst, stack.mcpUrl, {
        openBrowser: opener(stack),
        registration,
      })
      expect(story.status, steps.at(-1)?.says).toBe('completed')
      const [first] = story.exchanges
      expect(first?.request).toMatchObject({ method: 'GET', url: '/mcp' })
    },
  )

  verifies('CL-13', 'revision 2026-07-28', async () => {
    const remote = personas['mcp-remote']
    const modern: Persona = {
      ...remote,
      transport: { ...remote.transport, revision: '2026-07-28' },
    }
    const registration = { clientId: await registeredByHand(stack, 'mcp-remote') }
    const { story, steps } = await runPersona(modern, stack.mcpUrl, {
      openBrowser: opener(stack),
      registration,
    })
    expect(story.status, steps.at(-1)?.says).toBe('completed')
  })

  verifies(
    'persona-registered',
    'another port, when the one that it prefers is taken',
    async () => {
      const [one, other] = await Promise.all([run('vscode', stack), run('vscode', stack)])
      expect([one.story.status, other.story.status]).toEqual(['completed', 'completed'])
    },
  )
})

describe('a client whose document is odd', () => {
  const { good, ...bad } = oddDocuments

  const asked = (url: string) => {
    const { registration, redirect } = personas['claude-code']
    const document = { ...registration.document!, url }
    const odd = {
      ...personas['claude-code'],
      registration: { ...registration, document },
      redirect: { ...redirect, uri: 'http://127.0.0.1:{port}/callback' },
    }
    return runPersona(odd, stack.mcpUrl, { openBrowser: opener(stack) })
  }

  for (const [name, { url }] of Object.entries(bad)) {
    verifies(
      ['AS-138', 'AS-139', 'AS-140', 'AS-141', 'AS-142', 'AS-148', 'AS-150'],
      `is stopped with a page: ${name}`,
      async () => {
        const { story } = await asked(url)
        expect(story).toMatchObject({ status: 'failed', step: 'authorize', clientId: url })
        expect(story.notes.at(-1)?.got).toMatch(/: 400 at \/oauth2\/authorize/)
        expect(host.requests).toContain(url)
      },
    )
  }

  verifies(['AS-136', 'AS-146'], 'is let in when it is not', async () => {
    expect((await asked(good.url)).story.status).toBe('completed')
  })
})
