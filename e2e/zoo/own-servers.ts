import { once } from 'node:events'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { generate } from 'selfsigned'
import { Agent, fetch as fetchThrough } from 'undici'
import type { OwnServer } from './animal.ts'

/** A port of this machine at which nobody listens. */
export async function closedPort(): Promise<OwnServer> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return { mcpUrl: `http://127.0.0.1:${port}/mcp`, [Symbol.asyncDispose]: async () => {} }
}

const day = 86_400_000

const certificates = {
  'self-signed': { name: 'localhost', days: 1, isTrusted: false },
  expired: { name: 'localhost', days: -1, isTrusted: true },
  'other-name': { name: 'mcp.example', days: 1, isTrusted: true },
} as const

/** An HTTPS server with a certificate that is wrong in one way, and a machine that finds nothing else wrong with it. */
export async function httpsServer(kind: keyof typeof certificates): Promise<OwnServer> {
  const { name, days, isTrusted } = certificates[kind]
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 2 * day),
    notAfterDate: new Date(Date.now() + days * day),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  })
  const server = createHttpsServer({ key, cert }, (_, response) => {
    response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
  }).listen(0, 'localhost')
  await once(server, 'listening')
  const dispatcher = new Agent({ connect: isTrusted ? { ca: cert } : {} })
  const fetchHere = (url: unknown, init: object) =>
    fetchThrough(String(url), { ...init, dispatcher })
  return {
    mcpUrl: `https://localhost:${(server.address() as AddressInfo).port}/mcp`,
    fetch: fetchHere as unknown as typeof fetch,
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy()
      server.close()
    },
  }
}
