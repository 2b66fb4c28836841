import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send } from '@neonpanel/testing-kit/client/http'
import { people } from '@neonpanel/testing-kit/person/demo-people'
import { describe, expect, onTestFinished } from 'vitest'
import { openEventStream } from '../harness/event-stream.ts'
import { repository, runNpm, runScript } from '../harness/process.ts'
import { rawRequest } from '../harness/raw-http.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const anyPorts = { AUTH_PORT: '0', MCP_PORT: '0', LOG_LEVEL: 'warn' }
const inMemory = { ...anyPorts, DATA_DIR: 'memory', LOG_FORMAT: 'pretty' }
const readyLine = /^ready issuer=(\S+) mcp=(\S+)\r?\n/m

/** A connection that a browser would leave open. */
function leaveOpen(issuer: string): Socket {
  const idle = connect(Number(new URL(issuer).port), '127.0.0.1')
  idle.on('error', () => {})
  onTestFinished(() => {
    idle.destroy()
  })
  return idle
}

describe('npm start', () => {
  verifies(
    ['contract-2-start', 'contract-2-ready-line', 'contract-2-card', 'contract-2-signals'],
    'prints a card with all that a person needs, then the ready line, and ends on SIGTERM',
    async () => {
      const server = runNpm(['start', '--silent'], inMemory)
      const [, issuer = '', mcp = ''] = await server.until(readyLine)
      const card = server.output.stdout
      expect(card.trimEnd().split(/\r?\n/).at(-1)).toBe(`ready issuer=${issuer} mcp=${mcp}`)
      for (const part of [
        issuer,
        mcp,
        `${issuer}/oauth2/authorize`,
        `${issuer}/oauth2/token`,
        `${issuer}/console`,
        'local-client',
        'neonpanel-demo',
        ...Object.values(people),
      ]) {
        expect(card).toContain(part)
      }
      const [token = ''] = /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(card) ?? []
      const { header, claims } = contentsOf(token)
      expect(header.typ).toBe('iat+jwt')
      expect(claims).toMatchObject({ iss: issuer, aud: issuer, scope: 'dcr.create' })
      const expiry = new Date(Number(claims.exp) * 1000).toISOString().slice(0, 16)
      expect(card).toContain(expiry)
      expect((await send(`${issuer}/readyz`)).status).toBe(200)
      expect((await send(new URL('/readyz', mcp))).status).toBe(200)
      expect((await server.stop('SIGTERM')).code).toBe(0)
    },
  )

  verifies(
    [
      'contract-2-card-json',
      'contract-2-ready-line',
      'contract-2-signals',
      'contract-2.1-data-dir-memory',
      'contract-2.1-log',
    ],
    'under LOG_FORMAT=json prints one JSON line and the ready line, and with DATA_DIR=memory leaves nothing behind',
    async () => {
      const directory = await temporaryDirectory()
      const { LOG_FORMAT: _, LOG_LEVEL: __, ...environment } = inMemory
      const server = runScript('start', environment, directory)
      const [, issuer = '', mcp = ''] = await server.until(readyLine)
      const lines = server.output.stdout.trimEnd().split(/\r?\n/)
      expect(lines).toHaveLength(2)
      const card = JSON.stringify(JSON.parse(lines[0] ?? ''))
      for (const part of [issuer, mcp, 'local-client', people.owner, 'neonpanel-demo', 'eyJ']) {
        expect(card).toContain(part)
      }
      for (const path of ['/oauth2/authorize', '/oauth2/token', '/console']) {
        expect(card).toContain(`${issuer}${path}`)
      }
      await send(`${issuer}/oauth2/authorize?client_id=x&code=must-not-be-logged`)
      leaveOpen(issuer)
      const { code, tookMs, stdout, stderr } = await server.stop('SIGTERM')
      expect(code, stderr).toBe(0)
      expect(tookMs).toBeLessThan(10_000)
      for (const line of stderr.split(/\r?\n/).filter(Boolean)) {
        expect(() => JSON.parse(line), line).not.toThrow()
      }
      expect(stderr).toContain('/oauth2/authorize')
      expect(stdout + stderr).not.toContain('must-not-be-logged')
      expect(await readdir(directory)).toEqual([])
    },
  )

  verifies(
    ['contract-2.1-ports', 'contract-2.1-host', 'contract-2-signals', 'RS-34'],
    'with port 0 the URLs follow the bound ports, on 127.0.0.1; SIGINT ends it in the middle of a stream',
    async () => {
      const server = runScript('start', inMemory)
      const [, issuer = '', mcp = ''] = await server.until(readyLine)
      expect(issuer).toMatch(/^http:\/\/localhost:[1-9]\d+$/)
      expect(mcp).toMatch(/^http:\/\/localhost:[1-9]\d+\/mcp$/)
      const { port } = new URL(issuer)
      expect((await send(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
      await expect(send(`http://[::1]:${port}/healthz`)).rejects.toThrow()

      const second = await runScript('start', { ...inMemory, AUTH_PORT: port }).finished()
      expect(second.code).toBe(1)
      expect(second.stderr).toContain(port)
      expect(second.stderr).not.toMatch(/^\s+at /m)

      const { access_token } = await tokensFor({ issuer, mcpUrl: mcp })
      const stream = await openEventStream(mcp, bearer(access_token))
      expect((await stream.next()).event).toBe('endpoint')
      leaveOpen(issuer)
      const { code, tookMs } = await server.stop('SIGINT')
      expect(code).toBe(0)
      expect(tookMs).toBeLessThan(10_000)
    },
  )

  verifies('contract-2.1-host', 'HOST chooses the listening address', async () => {
    const server = runScript('start', { ...inMemory, HOST: '0.0.0.0' })
    const [, issuer = ''] = await server.until(readyLine)
    const { port } = new URL(issuer)
    for (const address of ['127.0.0.1', '127.0.0.2']) {
      const { status } = await rawRequest(`http://${address}:${port}/healthz`, {
        headers: { host: `localhost:${port}` },
      })
      expect(status).toBe(200)
    }
  })

  verifies(
    ['contract-2.1-data-dir', 'contract-2.1-database-url', 'contract-2.1-data-dir-lock'],
    'keeps its data in .neonpanel, which a second process is told about, and which outlives a kill',
    async () => {
      const directory = await temporaryDirectory()
      const first = runScript('start', anyPorts, directory)
      const [, issuer = ''] = await first.until(readyLine)
      const keys = (await send(`${issuer}/oauth2/jwks`)).text
      expect(existsSync(join(directory, '.neonpanel'))).toBe(true)

      const second = await runScript('start', anyPorts, directory).finished()
      expect(second.code).toBe(1)
      expect(second.stderr).toContain(String(first.child.pid))
      expect(second.stderr).toContain('.neonpanel')

      await first.stop('SIGKILL')
      const third = runScript('start', anyPorts, directory)
      const [, issuerAgain = ''] = await third.until(readyLine)
      expect((await send(`${issuerAgain}/oauth2/jwks`)).text).toBe(keys)
      expect((await third.stop()).code).toBe(0)
    },
  )

  verifies(
    ['contract-1-issuer-default', 'contract-1-resource-default'],
    'is at http://localhost:4400 and http://localhost:4401/mcp by default, as the README says',
    async () => {
      const { parseConfig } = await import('@neonpanel/authorization-server/config')
      expect(parseConfig({})).toMatchObject({
        issuer: 'http://localhost:4400',
        mcpUrl: 'http://localhost:4401/mcp',
      })
      const resource = await import('@neonpanel/resource-server/config')
      expect(resource.parseConfig({})).toMatchObject({
        issuer: 'http://localhost:4400',
        mcpUrl: 'http://localhost:4401/mcp',
      })
    },
  )

  verifies(
    [
      'contract-2-node',
      'contract-2-no-downloads',
      'contract-2-test',
      'contract-1-packages',
      'contract-1-built-on',
    ],
    'the packages are what the contract says they are',
    async () => {
      const read = async (path: string) =>
        JSON.parse(await readFile(join(repository, path, 'package.json'), 'utf8'))
      const root = await read('.')
      expect(root.devDependencies.node).toMatch(/^\^24\./)
      expect(root.allowScripts).toEqual({
        node: true,
        prisma: false,
        '@prisma/engines': false,
        '@modelcontextprotocol/inspector': false,
      })
      expect(root.scripts.test).toMatch(/\btest\b/)
      const own = await read('e2e')
      expect(own.scripts.test).toMatch(/vitest run.*playwright test/)
      const auth = await read('apps/authorization-server')
      expect(auth.dependencies).toMatchObject({
        'oidc-provider': expect.any(String),
        koa: expect.any(String),
        zod: expect.any(String),
        jose: expect.any(String),
      })
      expect((await read('prisma')).dependencies).toHaveProperty('@prisma/client')
      const mcp = await read('apps/resource-server')
      expect(mcp.dependencies).toMatchObject({
        '@modelcontextprotocol/server': expect.any(String),
        koa: expect.any(String),
        zod: expect.any(String),
        jose: expect.any(String),
      })
    },
  )
})
