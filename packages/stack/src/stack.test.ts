import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createCard } from './card.ts'
import { type Environment, startStack } from './stack.ts'

const anyPorts = { AUTH_PORT: '0', MCP_PORT: '0', LOG_LEVEL: 'silent' }
const inMemory: Environment = { ...anyPorts, DATA_DIR: 'memory' }
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'neonpanel-stack-'))
  cleanups.push(() => rmSync(directory, { recursive: true }))
  return directory
}

/** A port that something else listens on. */
async function takenPort(): Promise<string> {
  const server: Server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  return String((server.address() as { port: number }).port)
}

/** A port that was free a moment ago. */
async function freePort(): Promise<string> {
  const port = await takenPort()
  await cleanups.pop()?.()
  return port
}

describe('startStack', () => {
  it('serves both servers, at URLs that follow the bound ports', async () => {
    await using stack = await startStack({ environment: inMemory })
    expect(stack.issuer).toBe(`http://localhost:${stack.environment.AUTH_PORT}`)
    expect(stack.mcpUrl).toBe(`http://localhost:${stack.environment.MCP_PORT}/mcp`)
    for (const url of [`${stack.issuer}/readyz`, new URL('/readyz', stack.mcpUrl)]) {
      expect((await fetch(url)).status).toBe(200)
    }
  })

  it('gives each start an empty database of its own in memory', async () => {
    await using one = await startStack({ environment: { ...inMemory, SEED: 'none' } })
    await using other = await startStack({ environment: inMemory })
    expect(await one.database.prisma.person.count()).toBe(0)
    expect(await other.database.prisma.person.count()).toBe(6)
  })

  it('keeps what it stored, in a data directory', async () => {
    const environment = { ...anyPorts, DATA_DIR: temporaryDirectory() }
    const keys = async () => {
      await using stack = await startStack({ environment })
      return (await fetch(`${stack.issuer}/oauth2/jwks`)).text()
    }
    expect(await keys()).toBe(await keys())
  })

  it('tells the problems of both servers together, each once', async () => {
    const environment = { ...inMemory, MCP_PORT: '99999', SEED: 'x', LEGACY_SSE: 'maybe' }
    await expect(startStack({ environment })).rejects.toMatchObject({
      name: 'EnvironmentError',
      problems: [
        expect.stringMatching(/^MCP_PORT /),
        expect.stringMatching(/^SEED /),
        expect.stringMatching(/^LEGACY_SSE /),
      ],
    })
  })

  it('says which port is taken, and lets go of the other', async () => {
    const [free, taken] = [await freePort(), await takenPort()]
    const environment = { ...inMemory, AUTH_PORT: free, MCP_PORT: taken }
    await expect(startStack({ environment })).rejects.toThrow(`Port ${taken} on 127.0.0.1`)
    await using again = await startStack({ environment: { ...inMemory, AUTH_PORT: free } })
    expect(again.environment.AUTH_PORT).toBe(free)
  })

  it('says who holds the data directory, and lets go of its ports', async () => {
    const environment = { ...anyPorts, DATA_DIR: temporaryDirectory() }
    const port = await freePort()
    await using _first = await startStack({ environment })
    const second = startStack({ environment: { ...environment, AUTH_PORT: port } })
    await expect(second).rejects.toThrow(`in use by process ${process.pid}`)
    await using third = await startStack({ environment: { ...inMemory, AUTH_PORT: port } })
    expect(third.environment.AUTH_PORT).toBe(port)
  })

  it('says that PostgreSQL does not answer', async () => {
    const environment = { ...anyPorts, DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/none' }
    await expect(startStack({ environment })).rejects.toMatchObject({
      advice: expect.stringContaining('DATABASE_URL'),
    })
  })
})

describe('stop', () => {
  it('refuses connections afterwards, and may be called again', async () => {
    const stack = await startStack({ environment: inMemory })
    await stack.stop()
    await stack.stop()
    await expect(fetch(stack.issuer)).rejects.toThrow()
    await expect(fetch(stack.mcpUrl)).rejects.toThrow()
  })

  it('frees the data directory for the next one', async () => {
    const environment = { ...anyPorts, DATA_DIR: temporaryDirectory() }
    await (await startStack({ environment })).stop()
    await using again = await startStack({ environment })
    expect(again.issuer).toMatch(/^http:/)
  })
})

describe('createCard', () => {
  it('tells the accounts of the demo as they are', async () => {
    await using stack = await startStack({ environment: inMemory })
    const { accounts } = await createCard(stack)
    const about = Object.fromEntries(accounts.map(({ email, about }) => [email, about]))
    expect(about).toEqual({
      'owner@neonpanel.test': 'Owner of Harbor Goods LLC and Harbor Goods EU B.V.',
      'analyst@neonpanel.test': 'Finance analyst of Harbor Goods LLC, Viewer of Tallow Studio',
      'warehouse@neonpanel.test': 'Warehouse manager of Harbor Goods EU B.V.',
      'outsider@neonpanel.test': 'member of no company',
      'suspended@neonpanel.test': 'suspended, cannot sign in',
      'admin@neonpanel.test': 'administrator of the console',
    })
  })

  it('mints a token that registers one client', async () => {
    await using stack = await startStack({ environment: inMemory })
    const { registrationEndpoint, initialAccessToken } = await createCard(stack)
    const register = () =>
      fetch(registrationEndpoint, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${initialAccessToken?.token}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify({
          redirect_uris: ['https://client.example/callback'],
          token_endpoint_auth_method: 'none',
        }),
      })
    expect((await register()).status).toBe(201)
    expect((await register()).status).toBe(401)
  })

  it('has no accounts without demo data, and no token when nothing can be registered', async () => {
    const environment = { ...inMemory, SEED: 'none', REGISTRATION_MODE: 'off' }
    await using stack = await startStack({ environment })
    const card = await createCard(stack)
    expect(card).toMatchObject({ accounts: [], otherClientIds: [] })
    expect(card.clientId).toBeUndefined()
    expect(card.initialAccessToken).toBeUndefined()
  })
})
