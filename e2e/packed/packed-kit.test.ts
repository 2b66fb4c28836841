import { existsSync, readFileSync, statSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repository } from '../harness/process.ts'
import { scriptOf } from './documentation.ts'
import { emptyProject, lockedVersions, type Project, packWorkspace } from './project.ts'
import { go, isNeeded, java, need, python, shell } from './toolchains.ts'

/** A whole run of another runner, which a busy machine makes slow. */
const runnerTimeout = 150_000

let project: Project
let tarball = ''

beforeAll(async () => {
  project = await emptyProject()
  tarball = await packWorkspace('testing-kit', project.folder)
  await project.install(tarball)
}, 180_000)

afterAll(() => project[Symbol.asyncDispose]())

const installed = (path: string) => join(project.folder, 'node_modules', path)
const read = (path: string) => JSON.parse(readFileSync(installed(path), 'utf8'))

describe('the packed testing kit, in an empty project', () => {
  it('brings what it needs to run, and neither workspaces nor Prisma’s client, engines and command line', () => {
    const { dependencies } = read('@neonpanel/testing-kit/package.json')
    expect(Object.keys(dependencies)).toContain('oidc-provider')
    for (const name of Object.keys(dependencies)) expect(name).not.toMatch(/^@neonpanel\//)
    for (const name of ['prisma', '@prisma/client', '@prisma/engines', 'pg', 'vitest']) {
      expect(existsSync(installed(name)), name).toBe(false)
    }
  })

  it('asks for third-party packages in the versions that are tested here', () => {
    const { dependencies } = read('@neonpanel/testing-kit/package.json')
    expect(dependencies['oidc-provider']).toBe(lockedVersions()['oidc-provider'])
  })

  it('is small enough to download without a thought', () => {
    expect(statSync(tarball).size).toBeLessThan(8_000_000)
  })

  it('starts, issues tokens and connects a client, from a plain script', async () => {
    await project.write('script.js', script)
    const told = JSON.parse(await project.run('node', ['script.js']))
    expect(told).toEqual({ scope: 'read:companies read:inventory', tools: 12, page: 200 })
  })

  it('starts both servers as a command that says when they are ready', async () => {
    await project.write('command.js', command)
    expect(await project.run('node', ['command.js'])).toMatch(
      /^ready issuer=http:\/\/localhost:\d+ mcp=http:\/\/localhost:\d+\/mcp\s+exit 0\s*$/,
    )
  })

  it('says what to install for PostgreSQL', async () => {
    await project.write('postgresql.js', postgresql)
    expect(await project.run('node', ['postgresql.js'])).toContain(
      'npm install pg @prisma/adapter-pg',
    )
  })
})

const script = `
import { startStack } from '@neonpanel/testing-kit'
await using stack = await startStack()
const client = await stack.registerClient({ client_name: 'Script' })
const { access_token: token, scope } = await stack.tokens({ client, person: 'owner', scope: 'read:companies read:inventory' })
const mcp = await stack.mcpClient({ token })
const { tools } = await mcp.listTools()
const { status: page } = await fetch(stack.issuer + '/docs/errors')
console.log(JSON.stringify({ scope, tools: tools.length, page }))
`

const command = `
import { spawn } from 'node:child_process'
import { once } from 'node:events'
const env = { ...process.env, AUTH_PORT: '0', MCP_PORT: '0', DATA_DIR: 'memory', LOG_LEVEL: 'silent' }
const child = spawn(process.execPath, ['node_modules/.bin/neonpanel-stack'], { env })
for await (const chunk of child.stdout) {
  const [ready] = /^ready .*$/m.exec(chunk) ?? []
  if (!ready) continue
  console.log(ready)
  break
}
child.kill()
const [code] = await once(child, 'exit')
console.log('exit ' + code)
`

const postgresql = `
import { startStack } from '@neonpanel/testing-kit'
const environment = { DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/none' }
await startStack({ environment }).catch(({ message, advice }) => console.log(message, advice))
`

describe('with a test runner beside it', () => {
  beforeAll(async () => {
    const versions = lockedVersions()
    const runners = ['vitest', '@playwright/test', 'typescript', '@types/node']
    await project.install(...runners.map((name) => `${name}@${versions[name]}`))
  }, 180_000)

  it(
    'TypeScript knows what it offers, and refuses what it does not',
    async () => {
      // As a careful project has it: strict, its libraries' types checked too, and nothing that is new to TypeScript.
      const compilerOptions = {
        ...{ target: 'es2022', module: 'nodenext', types: ['node'] },
        ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
      }
      await project.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }))
      await project.write('typed.ts', typed)
      const readme = readFileSync(installed('@neonpanel/testing-kit/README.md'), 'utf8')
      const samples = Array.from(readme.matchAll(/```ts\n(.*?)```/gs), ([, code = '']) => code)
      expect(samples.length).toBeGreaterThan(2)
      for (const [index, code] of samples.entries()) await project.write(`readme-${index}.ts`, code)
      await project.run('npx', ['--no', '--', 'tsc', '--project', 'tsconfig.json'])
    },
    runnerTimeout,
  )

  it.each(['vitest', 'playwright'])(
    'the %s example type-checks and passes',
    async (name) => {
      const folder = await project.copyExample(name)
      await project.run('npx', ['--no', '--', 'tsc', '--project', 'tsconfig.json'], { at: folder })
      const printed = await project.run('npm', ['test'], { at: folder })
      expect(printed).toMatch(/\b[1-9]\d* passed/)
      expect(printed).not.toMatch(/failed|skipped|flaky/)
    },
    runnerTimeout,
  )
})

const typed = `
import { startStack, type TestStack } from '@neonpanel/testing-kit'
import { test } from '@neonpanel/testing-kit/vitest'
const stack: TestStack = await startStack({ registration: 'open' })
const { access_token } = await stack.tokens({ person: 'analyst' })
const text: string = access_token
// @ts-expect-error nobody of that name
await stack.tokens({ person: 'nobody' })
// @ts-expect-error no such registration mode
await startStack({ registration: 'sometimes' })
test('typed', async ({ stack }) => {
  const url: string = stack.mcpUrl
  // @ts-expect-error no such member
  stack.nowhere
})
`

describe('in other languages', () => {
  it.runIf(isNeeded(python))('the pytest example starts the stack and passes', async () => {
    const program = need(python)
    const at = await project.copyExample('pytest')
    const printed = await project.run(program, ['-m', 'pytest', '-p', 'no:cacheprovider'], { at })
    expect(printed).toMatch(/\b[1-9]\d* passed/)
    expect(printed).not.toMatch(/failed|skipped|error/)
  })

  it.runIf(isNeeded(java))('the Java example passes', async () => {
    const program = need(java)
    await using servers = await project.startServers()
    const at = await project.copyExample('java')
    const printed = await project.run(program, ['Main.java'], { at, ...servers })
    expect(printed.trim().split('\n')).toEqual(Array(7).fill(expect.stringMatching(/^ok /)))
  })

  it.runIf(isNeeded(go))('the Go example passes', async () => {
    const program = need(go)
    await using servers = await project.startServers()
    const at = await project.copyExample('go')
    const printed = await project.run(program, ['test', '-count=1', '-v', './...'], {
      at,
      ...servers,
    })
    expect(printed.match(/^--- PASS: /gm)).toHaveLength(7)
    expect(printed).not.toMatch(/FAIL|SKIP/)
  })

  it.runIf(isNeeded(shell))('the commands of docs/testing/curl.md print what it says', async () => {
    const program = need(shell)
    await using servers = await project.startServers()
    const { script, prints } = scriptOf('curl.md')
    expect(prints.length).toBeGreaterThan(10)
    const printed = await project.run(program, ['-c', script], servers)
    expect(printed.trim().split('\n')).toEqual(prints)
  })
})

describe('the examples', () => {
  it('wait for nothing by the clock', async () => {
    const examples = join(repository, 'docs/testing/examples')
    const waits =
      /\bsleep\b|setTimeout|setInterval|waitForTimeout|time\.After|time\.Sleep|Thread\.sleep/
    const files = await Array.fromAsync(glob('**/*.{ts,py,go,java,yaml}', { cwd: examples }))
    expect(files.length).toBeGreaterThan(8)
    const found = files.filter((file) => waits.test(readFileSync(join(examples, file), 'utf8')))
    expect(found).toEqual([])
  })
})
