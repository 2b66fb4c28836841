import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseConfig } from '@neonpanel/authorization-server/config'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { repository, runScript } from '../harness/process.ts'

const read = (path: string) => readFileSync(join(repository, path), 'utf8')
const exampleFolder = 'docs/testing/examples/docker'

interface Stage {
  name: string | undefined
  parent: string
  lines: string[]
}

/** The Dockerfile's stages in order, with their instructions. */
const stages = read('Dockerfile')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line))
  .reduce<Stage[]>((found, line) => {
    const [, parent, name] = /^FROM (\S+)(?: AS (\S+))?$/.exec(line) ?? []
    if (parent) found.push({ name, parent, lines: [] })
    else found.at(-1)?.lines.push(line)
    return found
  }, [])

/** The instructions of a stage after those of the stages that it is built from. */
function instructionsOf({ parent, lines }: Stage): string[] {
  const base = stages.find(({ name }) => name === parent)
  return base ? [...instructionsOf(base), ...lines] : lines
}

function environmentOf(stage: Stage): Record<string, string> {
  const settings = instructionsOf(stage)
    .filter((line) => line.startsWith('ENV '))
    .flatMap((line) => line.slice('ENV '.length).trim().split(/\s+/))
  return Object.fromEntries(settings.map((setting) => setting.split('=', 2)))
}

const mock = stages.find(({ name }) => name === 'mock')!
const published = stages.at(-1)!

describe('the image for tests', () => {
  it('is the image of the servers, set up otherwise', () => {
    expect(mock.parent).toBe('servers')
    expect(mock.lines.every((line) => line.startsWith('ENV '))).toBe(true)
    expect(instructionsOf(mock).findLast((line) => line.startsWith('USER'))).toBe('USER node')
    expect(instructionsOf(mock).findLast((line) => line.startsWith('CMD'))).toBe(
      'CMD ["npm", "start"]',
    )
  })

  it('is not what is built unless it is asked for', () => {
    expect(published).toEqual({ name: undefined, parent: 'servers', lines: [] })
    expect(environmentOf(published)).not.toHaveProperty('TEST_CONTROLS')
  })

  it('has the demo and the test controls, and keeps nothing', () => {
    expect(parseConfig(environmentOf(mock))).toMatchObject({
      issuer: 'http://localhost:4400',
      mcpUrl: 'http://localhost:4401/mcp',
      host: '0.0.0.0',
      seed: 'demo',
      testControls: true,
      databaseUrl: 'memory:',
    })
  })

  it('starts with its environment and a mounted seed file, and obeys the admin API', async () => {
    const server = runScript('start', {
      ...environmentOf(mock),
      SEED_FILE: join(repository, exampleFolder, 'seed.yaml'),
      AUTH_PORT: '0',
      MCP_PORT: '0',
    })
    const [, issuer] = await server.until(/^ready issuer=(\S+) mcp=\S+$/m)
    expect((await fetch(`${issuer}/readyz`)).status).toBe(200)
    const headers = { authorization: 'Bearer neonpanel-local-admin' }
    const found = await fetch(`${issuer}/console/api/people?q=ada@acme.test`, { headers })
    expect(await found.json()).toMatchObject({ items: [{ id: 'prs_ada', name: 'Ada' }] })
    const reset = await fetch(`${issuer}/console/api/reset`, { method: 'POST', headers })
    expect(reset.status).toBe(204)
    expect(await server.stop()).toMatchObject({ code: 0 })
  })
})

interface Compose {
  services: Record<
    string,
    {
      build?: { context: string; target: string }
      environment?: Record<string, string>
      volumes?: string[]
      ports?: string[]
      network_mode?: string
      depends_on?: Record<string, { condition: string }>
    }
  >
}

describe('docs/testing/examples/docker/compose.yaml', () => {
  const { neonpanel, tests } = (parse(read(`${exampleFolder}/compose.yaml`)) as Compose).services

  it('builds the image for tests from the root of the repository', () => {
    expect(join(exampleFolder, neonpanel?.build?.context ?? '')).toBe('.')
    expect(neonpanel?.build?.target).toBe(mock.name)
  })

  it('mounts the seed file where it is looked for', () => {
    const [source, target] = neonpanel?.volumes?.[0]?.split(':') ?? []
    expect(read(join(exampleFolder, source ?? ''))).toContain('ada@acme.test')
    expect(neonpanel?.environment?.SEED_FILE).toBe(target)
  })

  it('opens the ports that are listened on, and lets tests find them at localhost once it is healthy', () => {
    const { AUTH_PORT, MCP_PORT } = environmentOf(mock)
    expect(neonpanel?.ports).toEqual([`${AUTH_PORT}:${AUTH_PORT}`, `${MCP_PORT}:${MCP_PORT}`])
    expect(tests?.network_mode).toBe('service:neonpanel')
    expect(tests?.depends_on?.neonpanel?.condition).toBe('service_healthy')
  })
})
