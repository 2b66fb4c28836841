import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { personaNames } from '@neonpanel/personas/catalogue'
import { type Stack, startStack } from '@neonpanel/stack'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommandLine } from './program.ts'
import { recordingTerminal } from './testing/recording-terminal.ts'

let stack: Stack
const directory = mkdtempSync(join(tmpdir(), 'neonpanel-cli-'))

beforeAll(async () => {
  const environment = { AUTH_PORT: '0', MCP_PORT: '0', DATA_DIR: 'memory', LOG_LEVEL: 'silent' }
  stack = await startStack({ environment })
})

afterAll(async () => {
  await stack.stop()
  rmSync(directory, { recursive: true })
})

/** Runs one command line against the stack. */
async function run(words: string[], environment: Record<string, string> = {}) {
  const terminal = recordingTerminal({
    ISSUER_URL: stack.issuer,
    MCP_URL: stack.mcpUrl,
    ...environment,
  })
  const code = await runCommandLine(words, terminal)
  return { code, out: terminal.printed(), err: terminal.told() }
}

const mint = async (...options: string[]) => (await run(['iat', 'create', ...options])).out

describe('iat', () => {
  it('create prints the token alone, and the rest beside it', async () => {
    const { code, out, err } = await run(['iat', 'create'])
    expect(code).toBe(0)
    expect(out).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(err).toMatch(/^Good for one registration until .*Z\. .* iat revoke iat_/)
  })

  it('create --json answers what the admin API answers', async () => {
    const options = ['--max-uses', '5', '--ttl', '60', '--note', 'load test']
    const { out, err } = await run(['--json', 'iat', 'create', ...options])
    expect(err).toBe('')
    expect(JSON.parse(out)).toMatchObject({
      initial_access_token: expect.stringMatching(/^eyJ/),
      jti: expect.stringMatching(/^iat_/),
      max_uses: 5,
      registration_endpoint: `${stack.issuer}/oauth2/register`,
    })
  })

  it('create binds hosts and scopes', async () => {
    await mint('--note', 'bound', '--redirect-host', 'chatgpt.com', '--scope', 'read:companies')
    const { out } = await run(['iat', 'list', '--json'])
    expect(JSON.parse(out)[0]).toMatchObject({
      note: 'bound',
      allowed_redirect_hosts: ['chatgpt.com'],
      allowed_scopes: ['read:companies'],
    })
  })

  it('list shows a table without any token', async () => {
    await mint('--note', 'in a table')
    const { code, out } = await run(['iat', 'list'])
    expect(code).toBe(0)
    expect(out).toMatch(/^ID +STATUS +USES +EXPIRES +NOTE\n/)
    expect(out).toMatch(/iat_\S+ +ready +0\/1 +\S+Z +in a table/)
    expect(out).not.toContain('eyJ')
  })

  it('revoke ends tokens', async () => {
    const { jti } = JSON.parse(await mint('--json'))
    expect(await run(['iat', 'revoke', jti])).toMatchObject({ code: 0, err: `Revoked ${jti}.` })
    const { out } = await run(['iat', 'list', '--json'])
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ jti, status: 'revoked' }))
  })

  it('revoke fails for a token that is not known', async () => {
    const { code, err } = await run(['iat', 'revoke', 'iat_unknown'])
    expect(code).toBe(1)
    expect(err).toContain('404')
  })

  it.each([
    [['iat', 'create', '--ttl', '0']],
    [['iat', 'create', '--max-uses', 'many']],
    [['iat', 'create', 'extra']],
    [['iat', 'create', '--colour']],
    [['iat', 'revoke']],
    [['iat', 'destroy']],
    [['iat']],
    [['destroy']],
    [[]],
  ])('%j is misuse', async (words) => {
    const { code, out, err } = await run(words)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).not.toBe('')
  })

  it('fails with what the server says about a bad wish', async () => {
    const { code, err } = await run(['iat', 'create', '--max-uses', '101'])
    expect(code).toBe(1)
    expect(err).toContain('max_uses')
  })

  it('fails when the admin token is wrong', async () => {
    const { code, err } = await run(['iat', 'create'], { ADMIN_TOKEN: 'not-the-admin-token-here' })
    expect(code).toBe(1)
    expect(err).toContain('does not accept this ADMIN_TOKEN')
    expect(err).not.toContain('not-the-admin-token-here')
  })

  it('says how to start a server when none answers', async () => {
    const { code, err } = await run(['iat', 'create'], { ISSUER_URL: 'http://127.0.0.1:2' })
    expect(code).toBe(1)
    expect(err).toBe(
      'No answer from http://127.0.0.1:2. Start it with `npx neonpanel start`, or name another with --issuer.',
    )
  })

  it('never sends the default admin token to another machine', async () => {
    const { code, err } = await run(['iat', 'create'], { ISSUER_URL: 'https://my.neonpanel.test' })
    expect(code).toBe(2)
    expect(err).toContain('Set ADMIN_TOKEN')
  })

  it('tells a failure in JSON as well', async () => {
    const { err } = await run(['iat', 'list', '--json'], { ISSUER_URL: 'http://127.0.0.1:1' })
    expect(JSON.parse(err)).toEqual({ error: expect.stringContaining('No answer') })
  })
})

describe('register', () => {
  it.each(personaNames)('%s: prints the client id and what to paste where', async (persona) => {
    const { code, out, err } = await run(['register', persona, '--iat', await mint()])
    expect(err).toBe('')
    expect(code).toBe(0)
    const [, clientId = ''] = /^ {2}Client id {6}(\S+)$/m.exec(out) ?? []
    expect(clientId).not.toBe('')
    const [, pasted = ''] = out.split('Paste into')
    expect(pasted).toContain(clientId)
    expect(pasted).toContain(stack.mcpUrl)
    expect(out).toContain(`${stack.issuer}/oauth2/register/${clientId}`)
  })

  it('says that a hosted client cannot reach this machine', async () => {
    const { out } = await run(['register', 'chatgpt', '--iat', await mint()])
    expect(out).toContain('cannot reach localhost')
  })

  it('--file registers any metadata; --json answers what the server answered', async () => {
    const file = join(directory, 'client.json')
    const metadata = {
      client_name: 'Mine',
      redirect_uris: ['https://client.example/callback'],
      token_endpoint_auth_method: 'client_secret_basic',
    }
    writeFileSync(file, JSON.stringify(metadata))
    const { out } = await run(['register', '--file', file, '--iat', await mint(), '--json'])
    expect(JSON.parse(out)).toMatchObject({
      client_name: 'Mine',
      client_id: expect.any(String),
      client_secret: expect.any(String),
      registration_access_token: expect.any(String),
    })
  })

  it('fails without a token, and says where one comes from', async () => {
    const { code, err } = await run(['register', 'claude'])
    expect(code).toBe(1)
    expect(err).toBe('An initial access token is needed. Mint one: npx neonpanel iat create')
  })

  it('fails with a token that was used', async () => {
    const token = await mint()
    await run(['register', 'claude', '--iat', token])
    const { code, err } = await run(['register', 'claude', '--iat', token])
    expect(code).toBe(1)
    expect(err).toContain('was not accepted')
    expect(err).not.toContain(token)
  })

  it('fails with what the server says about bad metadata', async () => {
    const file = join(directory, 'bad.json')
    writeFileSync(file, JSON.stringify({ redirect_uris: ['javascript:alert(1)'] }))
    const { code, err } = await run(['register', '--file', file, '--iat', await mint()])
    expect(code).toBe(1)
    expect(err).toContain('invalid_redirect_uri')
  })

  it.each([
    [['register']],
    [['register', 'nobody']],
    [['register', 'toString']],
    [['register', 'claude', '--file', 'x.json']],
    [['register', '--file', 'does-not-exist.json']],
    [['register', 'claude', '--iat']],
  ])('%j is misuse', async (words) => {
    expect((await run(words)).code).toBe(2)
  })
})

describe('migrate and seed', () => {
  it('migrate applies what is missing, once', async () => {
    const environment = { DATA_DIR: join(directory, 'migrated') }
    expect((await run(['migrate'], environment)).out).toMatch(/^applied \d+_/)
    expect((await run(['migrate'], environment)).out).toMatch(/^Nothing to apply/)
    expect(JSON.parse((await run(['migrate', '--json'], environment)).out)).toEqual({ applied: [] })
  })

  it('seed --file adds what a file holds, and tells all that is wrong with one', async () => {
    const environment = { DATA_DIR: join(directory, 'seeded-by-file') }
    const file = join(directory, 'seed.yaml')
    writeFileSync(file, 'people: [{ email: ada@acme.test, name: Ada }]\n')
    expect(await run(['seed', '--file', file], environment)).toMatchObject({
      code: 0,
      out: `The database has what ${file} holds.`,
    })
    const elsewhere = { ...environment, ISSUER_URL: 'https://my.example.test' }
    expect((await run(['seed', '--file', file], elsewhere)).err).toContain('APP_SECRET is required')
    writeFileSync(file, 'people:\n  - { email: ada, name: Ada }\nclient: []\n')
    const { code, err } = await run(['seed', '--file', file], environment)
    expect(code).toBe(1)
    expect(err).toContain('line 2: people[0].email must be an e-mail address')
    expect(err).toContain('line 3: client there is no such member')
  })

  it('seed fills the demo into a database', async () => {
    const environment = { DATA_DIR: join(directory, 'seeded') }
    expect(await run(['seed'], environment)).toMatchObject({
      code: 0,
      out: 'The database has the demo data.',
    })
  })

  it('fails in plain words when the database does not answer', async () => {
    const environment = { DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/none' }
    const { code, err } = await run(['migrate'], environment)
    expect(code).toBe(1)
    expect(err).toContain('does not answer')
    expect(err).not.toMatch(/^\s+at /m)
  })
})

describe('help', () => {
  it.each([[['--help']], [['iat', '--help']], [['help', 'register']]])('%j', async (words) => {
    const { code, out } = await run(words)
    expect(code).toBe(0)
    expect(out).toMatch(/^Usage: neonpanel/)
  })

  it.each(['start', 'iat create', 'iat list', 'iat revoke', 'register', 'migrate', 'seed'])(
    '%s has an example',
    async (command) => {
      const { out } = await run([...command.split(' '), '--help'])
      expect(out).toMatch(/Examples?:\n {2}\$ /)
    },
  )
})
