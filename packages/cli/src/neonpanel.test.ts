import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const bin = fileURLToPath(new URL('./neonpanel.ts', import.meta.url))
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Runs the program itself, with nothing else in its environment. */
function run(words: string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [bin, ...words], {
    env: { HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  return child
}

const inMemory = { AUTH_PORT: '0', MCP_PORT: '0', DATA_DIR: 'memory', LOG_LEVEL: 'silent' }

describe('neonpanel', () => {
  it('start --json prints the card as one line, then the ready line, and ends on SIGTERM', async () => {
    const child = run(['start', '--json'], inMemory)
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      if (line.startsWith('ready ')) child.kill('SIGTERM')
    }
    const [card = '', ready = ''] = lines
    const { issuer, mcp_url: mcpUrl } = JSON.parse(card)
    expect(ready).toBe(`ready issuer=${issuer} mcp=${mcpUrl}`)
    expect(lines).toHaveLength(2)
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0)
  })

  it('start says what is wrong with the environment, and ends with 1', async () => {
    const child = run(['start'], { ...inMemory, SEED: 'lots' })
    const [errors, [code]] = await Promise.all([child.stderr.toArray(), once(child, 'exit')])
    expect(code).toBe(1)
    expect(errors.join('')).toContain('SEED must be demo or none')
    expect(errors.join('')).not.toMatch(/^\s+at /m)
  })

  it.each([
    [0, ['iat', '--help']],
    [1, ['iat', 'list']],
    [2, ['no-such-command']],
  ])('ends with %i for %j', async (expected, words) => {
    const child = run(words, { ISSUER_URL: 'http://127.0.0.1:1' })
    const [code] = await once(child, 'exit')
    expect(code).toBe(expected)
  })
})
