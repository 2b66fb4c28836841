import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type Endpoint, endpointAt } from '@neonpanel/faults/endpoints'
import type { ServerName } from '@neonpanel/process/server-name'

/** A request on its way to a healthy server. */
export interface Passing {
  readonly server: ServerName
  /** Undefined for pages, health and what does not exist. */
  readonly endpoint: Endpoint | undefined
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer, whole. */
export interface Reply {
  readonly status: number
  /** Names are lower-case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string
  /** An event stream that goes on, in place of the body. */
  readonly stream?: IncomingMessage
}

/** `drop`: the connection ends without an answer; `hang`: none ever comes. */
export type Outcome = Reply | 'drop' | 'hang'

/** Hands a request on to the healthy server; `changed` replaces parts of it. */
export type Pass = (changed?: Partial<Pick<Passing, 'url' | 'headers' | 'body'>>) => Promise<Reply>

/** What stands between a client and a healthy server, and changes one thing. */
export type Distortion = (passing: Passing, pass: Pass) => Outcome | Promise<Outcome>

/** A loopback server in front of one of the stack’s, at the address that the stack gives out. */
export interface Gate {
  readonly port: number
  /** Where the server behind listens. */
  open(to: { readonly port: number; readonly resource: string }): void
  /** From now on; undefined = everything passes as it is. */
  distort(distortion: Distortion | undefined): void
  /** The address that requests come from, from now on. */
  visitor(address: string): void
  close(): Promise<void>
}

export async function startGate(server: ServerName): Promise<Gate> {
  let behind = { port: 0, resource: 'http://localhost/mcp' }
  let distortion: Distortion | undefined
  let address = '192.0.2.1'
  const hanging = new Set<ServerResponse>()
  const listener = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error))
  })

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse) {
    const url = new URL(incoming.url ?? '/', `http://localhost:${port}`)
    const passing: Passing = {
      server,
      endpoint: endpointAt({ server, resource: behind.resource }, url.pathname),
      method: incoming.method ?? 'GET',
      url,
      headers: { ...(incoming.headers as Record<string, string>), 'x-forwarded-for': address },
      body: (await buffer(incoming)).toString(),
    }
    const pass: Pass = async (changed) => {
      const answer = await forward({ ...passing, ...changed }, behind.port)
      const head = headOf(answer)
      if (isOpenStream(passing, answer)) return { ...head, body: '', stream: answer }
      return { ...head, body: (await buffer(answer)).toString() }
    }
    if (distortion) {
      const outcome = await distortion(passing, pass)
      if (outcome === 'hang') hanging.add(outgoing)
      else write(outgoing, outcome)
      return
    }
    const answer = await forward(passing, behind.port)
    write(outgoing, { ...headOf(answer), body: '', stream: answer })
  }

  listener.listen(0, 'localhost')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  return {
    port,
    open(to) {
      behind = to
    },
    distort(wanted) {
      distortion = wanted
      for (const outgoing of hanging) outgoing.destroy()
      hanging.clear()
    },
    visitor(from) {
      address = from
    },
    async close() {
      const closed = once(listener, 'close')
      listener.close()
      listener.closeAllConnections()
      await closed
    },
  }
}

async function forward(passing: Passing, port: number): Promise<IncomingMessage> {
  const { method, url, body } = passing
  const {
    'transfer-encoding': _,
    connection: __,
    'accept-encoding': ___,
    ...kept
  } = passing.headers
  const length = Buffer.byteLength(body)
  const headers = length > 0 ? { ...kept, 'content-length': String(length) } : kept
  const outgoing = request({ port, method, path: url.pathname + url.search, headers })
  outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return answer
}

/** A POST is answered by a stream that ends; what GET opens stays open. */
function isOpenStream({ method }: Passing, { headers }: IncomingMessage): boolean {
  const type = headers['content-type'] ?? ''
  return method === 'GET' && type.startsWith('text/event-stream')
}

function headOf({ statusCode = 502, headers }: IncomingMessage): Pick<Reply, 'status' | 'headers'> {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = headers
  return { status: statusCode, headers: kept as Reply['headers'] }
}

function write(outgoing: ServerResponse, outcome: Exclude<Outcome, 'hang'>) {
  if (outcome === 'drop') {
    outgoing.destroy()
    return
  }
  const { status, body, stream } = outcome
  const { 'content-length': _, ...headers } = outcome.headers
  outgoing.writeHead(status, headers as Record<string, string>)
  if (!stream) {
    outgoing.end(body)
    return
  }
  outgoing.flushHeaders()
  outgoing.on('close', () => stream.destroy())
  stream.on('error', () => outgoing.destroy()).pipe(outgoing)
}
