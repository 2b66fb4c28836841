import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** The address cannot be listened on. `advice` tells the operator what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  readonly advice: string

  constructor(message: string, advice: string, cause: unknown) {
    super(message, { cause })
    this.advice = advice
  }
}

export interface Listener {
  /** The bound port, also when port 0 was asked for. */
  readonly port: number
  /** Hands requests to the handler from now on; until then the answer is 503. */
  serve(handler: RequestListener): void
  /** Stops accepting, lets requests in flight finish for `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>
}

/** Longer than the idle timeout of usual proxies (60 s), so that they never reuse a connection that just closed. */
const keepAliveMs = 65_000

/** How long a request may take to arrive; an answer may take as long as it needs. */
const arriveWithinMs = 60_000
const checkEveryMs = 30_000

/**
 * Binds a socket before anything is built on it: with port 0 the public URLs are unknown until it is bound.
 *
 * @param requestTimeoutMs a request that has not arrived by then is answered 408
 * @throws ListenError when the address is taken, forbidden or not of this machine
 */
export async function bind({
  host,
  port,
  requestTimeoutMs = arriveWithinMs,
}: {
  host: string
  port: number
  requestTimeoutMs?: number
}): Promise<Listener> {
  let handler: RequestListener = answerNotReady
  let closing = false
  // Browsers open connections ahead of any request; Node does not count these as idle.
  const unused = new Set<Socket>()
  const options = {
    keepAliveTimeout: keepAliveMs,
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(requestTimeoutMs, checkEveryMs),
  }
  const server = createServer(options, (request, response) => {
    unused.delete(request.socket)
    if (closing) response.setHeader('Connection', 'close')
    response.once('close', () => {
      // A connection that was busy when the close began is idle only now.
      if (closing) setImmediate(() => server.closeIdleConnections())
    })
    handler(request, response)
  })
  server.on('connection', (socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  await listen(server, host, port)
  return {
    port: (server.address() as AddressInfo).port,
    serve: (next) => {
      handler = next
    },
    close: async (graceMs) => {
      if (closing) return
      closing = true
      for (const socket of unused) socket.destroy()
      await drain(server, graceMs)
    },
  }
}

function answerNotReady(_request: IncomingMessage, response: ServerResponse) {
  response.writeHead(503, { 'Content-Type': 'text/plain', 'Retry-After': '1' }).end('Starting\n')
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    throw explain(error, host, port)
  }
}

function explain(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    const advice = 'Stop the process that holds it, or choose another port.'
    return new ListenError(`Port ${port} on ${host} is already in use.`, advice, error)
  }
  if (code === 'EACCES') {
    const advice = 'Choose a port above 1023, or give this process the right to bind it.'
    return new ListenError(`Port ${port} on ${host} may not be opened.`, advice, error)
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const advice = 'Set HOST to an address of this machine, for example 127.0.0.1 or 0.0.0.0.'
    return new ListenError(`${host} is not an address of this machine.`, advice, error)
  }
  return error
}

async function drain(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(cut)
}
