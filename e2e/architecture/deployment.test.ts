import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseConfig as parseAuthorizationConfig } from '@neonpanel/authorization-server/config'
import { parseConfig as parseResourceConfig } from '@neonpanel/resource-server/config'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const read = (path: string) => readFileSync(root(path), 'utf8')

const secrets: Record<string, string> = {
  POSTGRES_PASSWORD: 'a'.repeat(48),
  APP_SECRET: 'b'.repeat(64),
  ADMIN_TOKEN: 'c'.repeat(48),
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}` as Compose fills them in. */
function substitute(text: string, variables: Record<string, string>): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name, kind, rest) => {
    const value = variables[name]
    if (value) return value
    if (kind === '-') return rest
    throw new Error(`${name}: ${rest ?? 'is not set'}`)
  })
}

interface Service {
  image?: string
  command?: string[]
  environment?: Record<string, string>
  depends_on?: Record<string, { condition: string }>
  volumes?: string[]
  configs?: { source: string }[]
  healthcheck?: { test?: string[]; disable?: boolean }
}

interface Compose {
  services: Record<string, Service>
  configs: Record<string, { content: string }>
  volumes: Record<string, unknown>
}

function compose(variables: Record<string, string> = secrets): Compose {
  return parse(substitute(read('docker-compose.yml'), variables), { merge: true })
}

const environmentOf = (service: Service | undefined) =>
  Object.fromEntries(
    Object.entries(service?.environment ?? {}).map(([name, value]) => [name, String(value)]),
  )

describe('docker-compose.yml', () => {
  const { services, configs, volumes } = compose()

  it('has a database, the migration job, both servers and the proxy', () => {
    expect(Object.keys(services)).toEqual(
      expect.arrayContaining([
        'postgres',
        'migrate',
        'authorization-server',
        'resource-server',
        'proxy',
      ]),
    )
  })

  it('runs npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'))
    const run = Object.values(services).flatMap(({ command }) =>
      command?.[0] === 'npm' ? [command.at(-1)] : [],
    )
    expect(run.sort()).toEqual(['migrate', 'start:auth', 'start:mcp'])
    for (const script of run) expect(scripts).toHaveProperty([script ?? ''])
  })

  it('refers only to services, volumes and configs that it declares', () => {
    for (const service of Object.values(services)) {
      for (const name of Object.keys(service.depends_on ?? {}))
        expect(services).toHaveProperty(name)
      for (const { source } of service.configs ?? []) expect(configs).toHaveProperty(source)
      for (const volume of service.volumes ?? []) {
        expect(volumes).toHaveProperty(volume.split(':')[0] ?? '')
      }
    }
  })

  it('starts nothing before the migrations are applied', () => {
    expect(services['authorization-server']?.depends_on?.migrate?.condition).toBe(
      'service_completed_successfully',
    )
    expect(services['resource-server']?.depends_on?.['authorization-server']?.condition).toBe(
      'service_healthy',
    )
  })

  it('gives each server an environment that it accepts, behind the proxy, without test controls', () => {
    const authorization = parseAuthorizationConfig(environmentOf(services['authorization-server']))
    const resource = parseResourceConfig(environmentOf(services['resource-server']))
    for (const config of [authorization, resource]) {
      expect(config).toMatchObject({
        issuer: 'https://my.neonpanel.localhost',
        mcpUrl: 'https://mcp.neonpanel.localhost/mcp',
        host: '0.0.0.0',
        trustProxy: true,
        testControls: false,
        databaseUrl: expect.stringMatching(
          /^postgresql:\/\/neonpanel:a+@postgres:5432\/neonpanel$/,
        ),
        appSecrets: [secrets.APP_SECRET],
      })
    }
    expect(authorization.adminToken).toBe(secrets.ADMIN_TOKEN)
  })

  it('works for public names as well', () => {
    const names = { AUTH_HOST: 'my.neonpanel.com', MCP_HOST: 'mcp.neonpanel.com' }
    const { services, configs } = compose({ ...secrets, ...names })
    const { issuer, mcpUrl } = parseResourceConfig(environmentOf(services['resource-server']))
    expect([issuer, mcpUrl]).toEqual(['https://my.neonpanel.com', 'https://mcp.neonpanel.com/mcp'])
    expect(configs.caddyfile?.content).toContain('https://mcp.neonpanel.com {')
  })

  it.each(Object.keys(secrets))('does not start without %s', (name) => {
    expect(() => compose({ ...secrets, [name]: '' })).toThrow(`Set ${name} in .env`)
  })

  it('the proxy leads each name to its server', () => {
    const caddyfile = configs.caddyfile?.content.replaceAll(/\s+/g, ' ')
    expect(caddyfile).toContain('dynamic a authorization-server 4400')
    expect(caddyfile).toContain('dynamic a resource-server 4401')
    expect(services['authorization-server']?.environment?.AUTH_PORT).toBe(4400)
    expect(services['resource-server']?.environment?.MCP_PORT).toBe(4401)
  })

  it('checks health on the port that is served, with what the image has', () => {
    expect(services['authorization-server']?.environment?.HEALTH_PORT).toBe(4400)
    expect(services['resource-server']?.environment?.HEALTH_PORT).toBe(4401)
    expect(read('Dockerfile')).not.toMatch(/curl|wget/)
  })
})

describe('Dockerfile', () => {
  const instructions = read('Dockerfile')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line))

  it('copies what exists', () => {
    const sources = instructions
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(/\s+/).slice(1, -1))
    expect(sources).toContain('packages')
    for (const source of sources) expect(existsSync(root(source))).toBe(true)
  })

  it('runs as somebody with few rights, on the Node.js of the project', () => {
    const { engines } = JSON.parse(read('package.json'))
    expect(instructions.findLast((line) => line.startsWith('USER'))).toBe('USER node')
    expect(instructions.filter((line) => /^FROM node:/.test(line))).toEqual([
      'FROM node:24-bookworm-slim AS base',
    ])
    expect(engines.node).toMatch(/^>=24\./)
  })
})
