import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Component, isPermissive } from '@neonpanel/publishing/bill-of-materials'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { runBinary, startBinary } from 'neonpanel/testing/binary'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approveDevice } from '../harness/device.ts'
import { emptyProject, type Project, packWorkspace, type Servers } from './project.ts'

let project: Project
let servers: Servers
let tarball = ''

const inProject = (path: string) => join(project.folder, path)
const program = () => inProject('node_modules/neonpanel/dist/neonpanel.js')

beforeAll(async () => {
  project = await emptyProject()
  tarball = await packWorkspace('cli', project.folder)
  await project.install(tarball)
  servers = await project.startServers(program(), 'start')
}, 180_000)

afterAll(async () => {
  await servers?.[Symbol.asyncDispose]()
  await project?.[Symbol.asyncDispose]()
})

const circumstances = () => ({
  program: program(),
  workingDirectory: project.folder,
  environment: {
    ISSUER_URL: servers.issuer,
    MCP_URL: servers.mcpUrl,
    NEONPANEL_CONFIG_DIR: inProject('configuration'),
  },
})

const run = (...words: string[]) => runBinary(words, circumstances())

/** Runs it and gives what it answered in JSON. */
async function ask(...words: string[]) {
  const { code, out, err } = await run(...words, '--json')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out)
}

describe('the packed command line, in an empty folder', () => {
  it('brings what it needs to run, and no workspace', () => {
    const manifest = inProject('node_modules/neonpanel/package.json')
    const { dependencies, description } = JSON.parse(readFileSync(manifest, 'utf8'))
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['commander', 'koa']))
    for (const name of Object.keys(dependencies)) expect(name).not.toMatch(/^@neonpanel\//)
    expect(description).toMatch(/\w/)
    expect(readFileSync(inProject('node_modules/neonpanel/README.md'), 'utf8')).toContain('npx')
    for (const name of ['prisma', '@prisma/client', 'pg', 'vitest']) {
      expect(existsSync(inProject(`node_modules/${name}`)), name).toBe(false)
    }
    expect(statSync(tarball).size).toBeLessThan(8_000_000)
  })

  it('brings along only what wants no more than to be named', async () => {
    const bill = await project.run('npm', ['sbom', '--sbom-format=cyclonedx'])
    const components: Component[] = JSON.parse(bill).components
    expect(components.length).toBeGreaterThan(50)
    const others = components.filter((component) => !isPermissive(component))
    expect(others.map(({ 'bom-ref': name }) => name)).toEqual([])
  })

  it('is what npx runs', async () => {
    const printed = await project.run('npx', ['--no', '--', 'neonpanel', '--version'])
    expect(printed.trim()).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('mints a token, registers a client with it, and lists, shows and revokes that', async () => {
    const { initial_access_token: token } = await ask('iat', 'create')
    const { client_id: id, paste } = await ask('register', 'vscode', '--iat', token)
    expect(paste.join('\n')).toContain(id)
    const clients = await ask('clients', 'list')
    expect(clients).toContainEqual(expect.objectContaining({ client_id: id, active_grants: 0 }))
    expect(await ask('clients', 'show', id)).toMatchObject({ client_id: id, grants: [] })
    expect(await ask('clients', 'revoke', '--delete', id)).toMatchObject({ deleted: true })
  })

  it('rotates keys', async () => {
    const keys = await ask('keys', 'rotate')
    expect(keys).toContainEqual(expect.objectContaining({ state: 'next' }))
  })

  it('migrates and seeds a database', async () => {
    const database = { ...circumstances(), environment: { DATA_DIR: inProject('data') } }
    const migrated = await runBinary(['migrate'], database)
    expect(migrated).toMatchObject({ code: 0, out: expect.stringMatching(/^applied /) })
    expect(await runBinary(['seed'], database)).toMatchObject({ code: 0 })
  })

  it('completes', async () => {
    expect((await run('completion', 'bash')).out).toContain('neonpanel complete')
    expect((await run('complete', '--', 'regi')).out).toMatch(/^register\t/)
  })

  it('signs in by a code, calls a tool and prints the token', async () => {
    const { out: token } = await run('iat', 'create')
    await using login = startBinary(['login', '--device', '--iat', token], circumstances())
    const [, userCode = ''] = await login.until(/│ {3}(\S+) {3}│/)
    await approveDevice(servers, createPerson(servers.issuer), userCode)
    expect((await login.finished).code).toBe(0)

    const call = ['tools', 'call', 'get_inventory_items', '--company', 'co_harbor_us']
    const table = await run(...call, '--limit', '5')
    expect(table).toMatchObject({ code: 0, out: expect.stringMatching(/sku/i) })
    expect(await ask(...call, '--limit', '1')).toBeTypeOf('object')
    expect((await run('token')).out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  })

  it('finds nothing wrong with the servers that it runs', async () => {
    const report = inProject('report.html')
    const { findings, areas } = await ask('doctor', servers.mcpUrl, '--html', report)
    const levels = findings.map(({ level, id }: { level: string; id: string }) => `${level} ${id}`)
    expect(levels.filter((found: string) => !found.startsWith('note '))).toEqual([])
    const skipped = areas.filter(({ outcome }: { outcome: string }) => outcome === 'skipped')
    expect(skipped.map(({ area }: { area: string }) => area)).toEqual([
      'token',
      'tools',
      'step_up',
      'refresh',
    ])
    expect(readFileSync(report, 'utf8')).toContain(servers.mcpUrl)
  })

  it('connects as a client does, to the end', async () => {
    const { out: token } = await run('iat', 'create')
    await fetch(`${servers.issuer}/console/api/auto-consent`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer neonpanel-local-admin',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ person: 'owner@neonpanel.test', mode: 'approve' }),
    })
    const words = ['connect', '--as', 'inspector', servers.mcpUrl, '--follow', '--iat', token]
    const { code, out } = await run(...words)
    expect(code, out).toBe(0)
  })
})
