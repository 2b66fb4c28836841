import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runBinary, startBinary } from './testing/binary.ts'

const inMemory = { AUTH_PORT: '0', MCP_PORT: '0', DATA_DIR: 'memory', LOG_LEVEL: 'silent' }

describe('neonpanel start', () => {
  it('--json prints the card as one line, then the ready line, and ends on SIGTERM', async () => {
    await using program = startBinary(['start', '--json'], { environment: inMemory })
    await program.until(/^ready .*\n/m)
    program.child.kill('SIGTERM')
    const { code, out } = await program.finished
    const [card = '', ready = '', ...more] = out.split('\n')
    const { issuer, mcp_url: mcpUrl } = JSON.parse(card)
    expect(ready).toBe(`ready issuer=${issuer} mcp=${mcpUrl}`)
    expect(more).toEqual([])
    expect(code).toBe(0)
  })

  it('says what is wrong with the environment, and ends with 1', async () => {
    const { code, err } = await runBinary(['start'], { environment: { ...inMemory, SEED: 'lots' } })
    expect(code).toBe(1)
    expect(err).toContain('SEED must be demo or none')
    expect(err).not.toMatch(/^\s+at /m)
  })
})

describe('neonpanel migrate and seed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'neonpanel-database-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const environment = { DATA_DIR: join(directory, 'data') }

  it('bring a database up to date, once, and fill it', async () => {
    const first = await runBinary(['migrate', '--json'], { environment })
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(first.out).applied).not.toEqual([])
    const again = await runBinary(['migrate'], { environment })
    expect(again.out).toBe('Nothing to apply: the database is up to date.')
    const seeded = await runBinary(['seed', '--json'], { environment })
    expect(JSON.parse(seeded.out)).toEqual({ seed: 'demo' })
  })

  it('say what is wrong with a seed file, and where', async () => {
    const file = join(directory, 'seed.yaml')
    writeFileSync(file, 'people:\n  - { email: ada, name: Ada }\n')
    const { code, out, err } = await runBinary(['seed', '--file', file], { environment })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('line 2: people[0].email')
  })

  it('say so when the database does not answer', async () => {
    const nowhere = { DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/none' }
    const { code, err } = await runBinary(['migrate', '--json'], { environment: nowhere })
    expect(code).toBe(1)
    expect(JSON.parse(err).error).toContain('does not answer')
  })
})

describe('neonpanel', () => {
  it.each([
    [0, ['--version']],
    [0, ['iat', '--help']],
    [1, ['iat', 'list', '--issuer', 'http://127.0.0.1:1']],
    [2, ['no-such-command']],
    [2, []],
  ])('ends with %i for %j', async (expected, words) => {
    expect((await runBinary(words)).code).toBe(expected)
  })

  it('suggests the command that was meant', async () => {
    expect(await runBinary(['regster'])).toEqual({
      code: 2,
      out: '',
      err: "error: unknown command 'regster'\n(Did you mean register?)",
    })
  })

  it.each([
    [['regster'], /unknown command 'regster' \(Did you mean register\?\)/],
    [['iat', 'create', '--ttl', 'long'], /--ttl <seconds>.*whole number/],
    [[], /neonpanel --help/],
  ])('tells misuse in JSON as well: %j', async (words, message) => {
    const { code, out, err } = await runBinary([...words, '--json'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(JSON.parse(err)).toEqual({ error: expect.stringMatching(message) })
  })

  it('writes no colours where no terminal shows them, and colours where FORCE_COLOR asks', async () => {
    const bold = '\u001b[1m'
    expect((await runBinary(['--help'])).out).not.toContain(bold)
    expect((await runBinary(['--help'], { environment: { FORCE_COLOR: '1' } })).out).toContain(
      `${bold}Run the stack`,
    )
  })

  it('is content when nobody reads to the end', async () => {
    await using program = startBinary(['--help'])
    program.child.stdout?.destroy()
    expect((await program.finished).code).toBe(0)
  })
})
