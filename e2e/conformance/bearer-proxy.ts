import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands in front of protected servers for a client that cannot send a token. */
export interface BearerProxy extends AsyncDisposable {
  /** On the name that the servers are reached by; `Host` and `Origin` pass through unchanged. */
  readonly origin: string
  /** Where requests go from now on, each to the next port, and the token that they carry. */
  forwardTo(ports: readonly number[], accessToken: string): void
}

/** Listens on a free port of this machine, unless told which. */
export async function startBearerProxy(listeningPort = 0): Promise<BearerProxy> {
  let ports: readonly number[] = []
  let authorization = ''
  let turn = 0
  const server = createServer((incoming, outgoing) => {
    const { url: path, method, headers } = incoming
    const forwarded = request(
      {
        host: '127.0.0.1',
        port: ports[turn++ % ports.length],
        path,
        method,
        headers: { ...headers, authorization },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        outgoing.flushHeaders()
        answer.pipe(outgoing)
      },
    )
    forwarded.on('error', () => outgoing.destroy())
    outgoing.on('close', () => forwarded.destroy())
    incoming.pipe(forwarded)
  })
  server.listen(listeningPort, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    forwardTo(next, accessToken) {
      ports = next
      authorization = `Bearer ${accessToken}`
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
