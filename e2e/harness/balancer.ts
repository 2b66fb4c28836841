import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Balancer {
  readonly port: number
  /** How many requests each of the ports behind has had. */
  readonly counts: () => readonly number[]
  /** Where requests go from now on, in turn. */
  forwardTo(ports: readonly number[]): void
}

/** A load balancer that hands every request to the next process, with no memory of who asked. */
export async function startBalancer(
  atEnd: (work: () => Promise<void>) => void = onTestFinished,
): Promise<Balancer> {
  let ports: readonly number[] = []
  const counts = new Map<number, number>()
  let turn = 0
  // A connection that closes for being idle would look like a server that fails.
  const server = createServer({ keepAliveTimeout: 600_000 }, (incoming, outgoing) => {
    const port = ports[turn++ % ports.length] ?? 0
    counts.set(port, (counts.get(port) ?? 0) + 1)
    const forwarded = request(
      {
        host: '127.0.0.1',
        port,
        path: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        outgoing.flushHeaders()
        // An answer that breaks off must not look like one that goes on.
        answer.on('error', () => outgoing.destroy())
        answer.pipe(outgoing)
      },
    )
    forwarded.on('error', () => outgoing.destroy())
    outgoing.on('close', () => forwarded.destroy())
    incoming.pipe(forwarded)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(async () => {
    server.closeAllConnections()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    counts: () => ports.map((port) => counts.get(port) ?? 0),
    forwardTo: (next) => {
      ports = next
    },
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
