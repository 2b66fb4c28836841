import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type PersonaName, personaNames, personas } from '@neonpanel/personas/catalogue'
import type { Persona } from '@neonpanel/personas/persona'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { binary, type Finished, runBinary, startBinary } from 'neonpanel/testing/binary'
import { afterEach, beforeAll, describe, expect, onTestFinished } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { startDesktop } from '../harness/desktop.ts'
import { registeredByHand } from '../harness/personas.ts'
import { testStack } from '../harness/stack.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { verifies } from '../verifies.ts'

const gated = await testStack({ REGISTRATION_MODE: 'iat' })
const open = await testStack({ REGISTRATION_MODE: 'open' })

const environmentOf = (stack: typeof gated) => ({
  ISSUER_URL: stack.issuer,
  ADMIN_TOKEN: stack.adminToken,
})

interface Circumstances {
  readonly stack?: typeof gated
  readonly mcpUrl?: string
  readonly more?: Record<string, string>
}

/** The real program, to its end. */
function connect(
  persona: PersonaName,
  words: readonly string[] = ['--follow'],
  { stack = gated, mcpUrl, more }: Circumstances = {},
): Promise<Finished> {
  const environment = { ...environmentOf(stack), ...more }
  return runBinary(['connect', '--as', persona, mcpUrl ?? stack.mcpUrl, ...words], { environment })
}

/** With nobody at a keyboard, the authorization server decides by itself. */
async function consent(mode: string) {
  for (const stack of [gated, open]) {
    await adminApi(stack).post('/auto-consent', { person: 'owner@neonpanel.test', mode })
  }
}

beforeAll(() => consent('approve'))

const expectWorks = ({ code, out, err }: Finished) => {
  expect(err).toBe('')
  expect(out).toContain('works with this server.')
  expect(code).toBe(0)
}

function expectNarrow(text: string) {
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
}

describe('each persona connects, with nobody at the keyboard', () => {
  for (const name of personaNames) {
    verifies('cli-connect', name, async () => {
      const { ways }: Persona['registration'] = personas[name].registration
      const documents = ways.includes('document') ? ['--documents', 'local'] : []
      const finished = await connect(name, ['--follow', ...documents], { stack: open })
      expectWorks(finished)
      expect(finished.out).toMatch(/^discovery +\d+\.\d\d s +✓ Asked without a token/m)
      expect(finished.out).toMatch(/^ +401 POST \/mcp +\d+ ms$/m)
      expect(finished.out).toMatch(/✓ Called list_companies/)
      expectNarrow(finished.out)
    })
  }
})

describe('where registration is gated', () => {
  verifies('cli-connect', 'a client that cannot send a token is told what to do', async () => {
    const { code, out, err } = await connect('cursor')
    expect(code).toBe(1)
    expect(out).toContain('✗ Registration needs an initial access token')
    expect(out).toMatch(/^ {2}Fix +An administrator mints one/m)
    expect(out).toContain('https://github.com/modelcontextprotocol/typescript-sdk/issues/772')
    expect(err).toBe(`Cursor stopped at ${gated.mcpUrl}, step registration.`)
    expectNarrow(out)
  })

  verifies(
    'cli-connect',
    'an initial access token, an id, and an id with its secret let it in',
    async () => {
      const { initial_access_token } = await adminApi(gated).mint()
      expectWorks(await connect('cursor', ['--follow', '--iat', initial_access_token]))
      const clientId = await registeredByHand(gated, 'inspector')
      expectWorks(await connect('inspector', ['--follow', '--client-id', clientId]))
      // A secret that the server never gave: the client sends it, and is refused.
      const more = { CLIENT_SECRET: 'not-the-secret-of-this-client' }
      const words = ['--follow', '--client-id', clientId]
      const { code, out } = await connect('inspector', words, { more })
      expect(code).toBe(1)
      expect(out).toMatch(/✗ The token endpoint answered 40[01]/)
      expect(out).not.toContain(more.CLIENT_SECRET)
    },
  )
})

describe('it stops with the verdict of the catalogue', () => {
  afterEach(() => adminApi(open).remove('/faults'))

  verifies('cli-connect', 'where a fault is switched on', async () => {
    await adminApi(open).post('/faults', { preset: 'resource-trailing-slash' })
    const { code, out } = await connect('claude', ['--follow'], { stack: open })
    expect(code).toBe(1)
    expect(out).toContain('✗ A fault was injected on purpose')
  })

  verifies('cli-connect', 'where the person says no', async () => {
    await consent('deny')
    const { code, out, err } = await connect('cursor', ['--follow'], { stack: open })
    await consent('approve')
    expect(code).toBe(1)
    expect(out).toMatch(/✗ The person chose Deny/)
    expect(err).toBe(`Cursor was denied access at ${open.mcpUrl}, step sign-in.`)
  })

  verifies('cli-connect', 'where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await new Promise((done) => server.close(done))
    const { code, out } = await connect('codex', [], { mcpUrl: `http://127.0.0.1:${port}/mcp` })
    expect(code).toBe(1)
    expect(out).toContain('✗ The connection ended without an answer')
  })

  verifies('cli-connect', 'where the server knows another id, or needs a person', async () => {
    const unknown = await connect('gemini-cli', ['--follow', '--client-id', 'nobody'])
    expect(unknown.code).toBe(1)
    expect(unknown.out).toContain('✗ The browser did not come back')
    expect(unknown.out).toContain('“NeonPanel does not know this app”')
    await adminApi(gated).remove('/auto-consent')
    const words = ['--follow', '--client-id', 'chatgpt-mcp-connector']
    const { out } = await connect('chatgpt', words)
    await consent('approve')
    expect(out).toMatch(/with a page for a person\s+\(“Sign\s+in/)
  })
})

verifies('cli-connect', 'a server that asks for no token has nothing to sign in to', async () => {
  const server = createServer((request, response) => {
    request.resume()
    const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 0, result }))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const finished = await connect('vscode', [], { mcpUrl: `http://127.0.0.1:${port}/mcp` })
  expectWorks(finished)
  expect(finished.out).toMatch(/there is nothing to sign in\s+to\./)
})

describe('a person at the keyboard', () => {
  const owner = createPerson(open.issuer)
  const address = /^ {2}(http\S+\/oauth2\/authorize\S+)$/m

  beforeAll(() => adminApi(open).remove('/auto-consent'))

  verifies('cli-connect', 'has the browser opened, and no more to do than to sign in', async () => {
    const desktop = await startDesktop(open)
    const more = desktop.environment
    const { code, out, err } = await connect('mcp-remote', [], { stack: open, more })
    expect(err).toContain(`Your browser opens to sign in at ${open.issuer}`)
    expect(desktop.opened).toHaveLength(1)
    expect(out).toContain('mcp-remote works with this server.')
    expect(code).toBe(0)
  })

  verifies(
    'cli-connect',
    'is given the address, and the client listens where it comes back',
    async () => {
      const words = ['connect', '--as', 'mcp-remote', '--no-browser', open.mcpUrl]
      await using program = startBinary(words, { environment: environmentOf(open) })
      const [, url = ''] = await program.until(address)
      const answer = await fetch(await owner.authorize(url))
      expect(await answer.text()).toBe('You may close this window.')
      const { code, out } = await program.finished
      expect(out).toContain('mcp-remote works with this server.')
      expect(code).toBe(0)
    },
  )

  verifies('cli-connect', 'pastes where the browser ended, if that is elsewhere', async () => {
    const clientId = await registeredByHand(gated, 'cursor')
    const options = ['--no-browser', '--client-id', clientId]
    const words = [binary, 'connect', '--as', 'cursor', gated.mcpUrl, ...options]
    await adminApi(gated).remove('/auto-consent')
    const child = spawn(process.execPath, words, { env: {} })
    onTestFinished(() => void child.kill())
    const told: string[] = []
    let ended: URL | undefined
    for await (const line of createInterface({ input: child.stderr })) {
      told.push(line)
      const [, url] = address.exec(line) ?? []
      if (url) ended = await createPerson(gated.issuer).authorize(url)
      if (line.startsWith('Within')) child.stdin.write('what?\n')
      if (line.startsWith('“what?”')) child.stdin.write(`${ended}\n`)
    }
    const code = child.exitCode ?? (await once(child, 'exit'))[0]
    await consent('approve')
    expect(code).toBe(0)
    expect(told.join('\n')).toContain('cursor://anysphere.cursor-mcp/oauth/callback?…')
  })

  verifies('cli-connect', 'who is not there is not waited for', async () => {
    const { code, out } = await connect('cursor', ['--no-browser', '--paste'], { stack: open })
    expect(code).toBe(1)
    expect(out).toContain('standard input ended')
  })
})

describe('for programs', () => {
  verifies(
    'cli-connect',
    '--json is one document: story, steps and verdict, without secrets',
    async () => {
      const { code, out, err } = await connect('cursor', ['--follow', '--json'])
      expect(code).toBe(1)
      expect(JSON.parse(err)).toEqual({ error: expect.stringContaining('stopped at') })
      expect(JSON.parse(out)).toMatchObject({
        persona: 'cursor',
        mcp_url: gated.mcpUrl,
        status: 'failed',
        step: 'register',
        client_id: null,
        verdict: { cause: 'initial_access_token_missing', fix: expect.any(String) },
        steps: expect.arrayContaining([
          expect.objectContaining({ step: 'register', ok: false, says: expect.any(String) }),
        ]),
        exchanges: expect.arrayContaining([
          expect.objectContaining({
            request: expect.objectContaining({ method: 'POST', url: '/oauth2/register' }),
            response: expect.objectContaining({ status: 401 }),
          }),
        ]),
      })
    },
  )

  verifies('cli-connect', '--json of one that works has no verdict and no token', async () => {
    await consent('approve')
    const entered = ['--scope', 'read:companies', 'read:inventory', '--tool', 'list_companies']
    const words = ['--follow', '--json', ...entered]
    const { code, out, err } = await connect('cursor', words, { stack: open })
    expect([code, err]).toEqual([0, ''])
    expect(JSON.parse(out)).toMatchObject({ status: 'completed', verdict: null })
    const { exchanges } = JSON.parse(out)
    const asked = exchanges.find(({ step }: { step: string }) => step === 'authorize')
    expect(asked.request.url).toContain('scope=read%3Acompanies+read%3Ainventory&')
    expect(out).not.toMatch(/eyJ[\w-]+\.[\w-]+\./)
  })

  verifies('cli-connect', '--save keeps the story; --verbose shows it', async () => {
    const directory = await temporaryDirectory()
    const [har, diagram] = ['story.har', 'story.mmd'].map((name) => join(directory, name))
    const words = ['--follow', '--verbose', '--save', har!]
    const { out } = await connect('cursor', words, { stack: open })
    expect(out).toContain('> content-type: application/json')
    expectNarrow(out)
    const { entries } = JSON.parse(readFileSync(har!, 'utf8')).log
    const urls = entries.map(({ request }: { request: { url: string } }) => request.url)
    expect(urls).toContain(`${open.issuer}/oauth2/token`)
    expect(urls).toContain(open.mcpUrl)
    await connect('cursor', ['--follow', '--save', diagram!])
    expect(readFileSync(diagram!, 'utf8')).toMatch(/^sequenceDiagram/)
  })

  verifies('cli-connect', '--list names every persona', async () => {
    const { code, out } = await runBinary(['connect', '--list'])
    expect(code).toBe(0)
    for (const name of personaNames) expect(out).toMatch(new RegExp(`^${name} `, 'm'))
    const asJson = await runBinary(['connect', '--list', '--json'])
    expect(JSON.parse(asJson.out)).toHaveLength(personaNames.length)
  })

  const at = 'http://127.0.0.1:1/mcp'
  for (const [words, says] of [
    [['connect'], 'connect --list'],
    [['connect', at], 'connect --list'],
    [['connect', '--as', 'nobody', at], 'nobody'],
    [['connect', '--as', 'claude', 'mcp.example.com'], 'no http or https URL'],
    [['connect', '--as', 'claude', at, '--timeout', 'soon'], '600'],
    [['connect', '--as', 'claude', at, '--save', 'story.txt'], '.har or .mmd'],
    [['connect', '--as', 'claude', at, '--iat', 'x', '--client-id', 'y'], 'one of them'],
  ] as const) {
    verifies('cli-connect', `misuse: ${words.join(' ')}`, async () => {
      const { code, out, err } = await runBinary(words)
      expect([code, out]).toEqual([2, ''])
      expect(err).toContain(says)
    })
  }
})
