import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { EnvironmentError } from './environment.ts'
import { explain } from './signals.ts'

const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href)
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Runs `runProcess` with the given start function, as source text, in a process of its own. */
function run(start: string) {
  const source = `import { runProcess } from ${module('./signals.ts')}
    import { EnvironmentError } from ${module('./environment.ts')}
    const unused = EnvironmentError
    await runProcess(${start})`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source])
  children.push(child)
  const output = { out: '', err: '' }
  child.stdout.on('data', (data) => {
    output.out += data
  })
  child.stderr.on('data', (data) => {
    output.err += data
  })
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }))
  return { child, ended, started: once(child.stdout, 'data') }
}

const server = (stop: string) => `async () => {
  const timer = setInterval(() => {}, 1000)
  console.log('started')
  return { stop: async () => { ${stop} } }
}`

describe('runProcess', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('stops on %s and exits 0', async (signal) => {
    const { child, ended, started } = run(server(`console.log('stopped')`))
    await started
    child.kill(signal)
    expect(await ended).toMatchObject({ code: 0, signal: null, out: 'started\nstopped\n' })
  })

  it('stops once when the signal comes twice', async () => {
    const { child, ended, started } = run(server(`console.log('stopped'); await 1`))
    await started
    child.kill('SIGINT')
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 0, out: 'started\nstopped\n' })
  })

  it('exits 1 when stopping fails', async () => {
    const { child, ended, started } = run(server(`throw new Error('stuck')`))
    await started
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 1, err: expect.stringContaining('stuck') })
  })

  it('tells all problems of the environment, without a stack, and exits 1', async () => {
    const problems = `['MCP_PORT must be a port', 'HOST is required']`
    const { ended } = run(`() => Promise.reject(new EnvironmentError(${problems}))`)
    expect(await ended).toEqual({
      code: 1,
      signal: null,
      out: '',
      err: 'The environment is not usable:\n  MCP_PORT must be a port\n  HOST is required\n',
    })
  })
})

describe('explain', () => {
  it('adds the advice of an error that is meant for the operator', () => {
    const error = Object.assign(new Error('Port 1 is taken.'), { advice: 'Choose another.' })
    expect(explain(error)).toBe('Port 1 is taken.\nChoose another.')
  })

  it('keeps the stack of a defect', () => {
    expect(explain(new TypeError('x is undefined'))).toContain('signals.test.ts')
  })

  it('prints environment problems as they are', () => {
    expect(explain(new EnvironmentError(['A is required']))).not.toContain('    at ')
  })

  it('survives what is not an error', () => {
    expect(explain('nothing')).toBe('nothing')
  })
})
