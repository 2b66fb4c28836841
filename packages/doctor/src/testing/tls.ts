import { once } from 'node:events'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { generate } from 'selfsigned'

/** What is wrong with its TLS; `none`: it speaks plain http where https is due. */
export type TlsDefect = 'expired' | 'self_signed' | 'other_name' | 'chain_incomplete' | 'none'

const day = 86_400_000

/**
 * A server behind `https://localhost` whose TLS has one defect. `expired` and `other_name` are otherwise trusted, by this
 * process for the time that the server runs.
 */
export async function startTlsServer(
  defect: TlsDefect,
): Promise<{ readonly origin: string } & AsyncDisposable> {
  const trusted = getCACertificates('default')
  const server = defect === 'none' ? createPlainServer() : createServer(await certificate(defect))
  server.on('request', (_, response) => response.writeHead(401).end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      setDefaultCACertificates(trusted)
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function certificate(defect: Exclude<TlsDefect, 'none'>) {
  const authority = await generate([{ name: 'commonName', value: 'An authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const until = Date.now() + (defect === 'expired' ? -day : day)
  const name = defect === 'other_name' ? 'mcp.example' : 'localhost'
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(until - 7 * day),
    notAfterDate: new Date(until),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
    ...(defect !== 'self_signed' && {
      ca: { key: authority.private, cert: authority.cert },
    }),
  })
  if (defect === 'expired' || defect === 'other_name') {
    setDefaultCACertificates([...getCACertificates('default'), authority.cert])
  }
  return { key, cert }
}
