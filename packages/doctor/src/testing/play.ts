import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it came; its headers are all there, `Host` and `Origin` too. */
export interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: string
}

/** `hang_up`: the connection ends without an answer; `silence`: nothing comes until the server stops. */
export type Answered = Response | 'hang_up' | 'silence'

/** A server on a free port of 127.0.0.1. */
export interface PlayedServer {
  readonly origin: string
  readonly requests: readonly Asked[]
  stop(): Promise<void>
}

/**
 * Listens, and answers as `answer` says.
 *
 * @param calledAs the origin that it is asked by; its own unless given
 */
export async function play(
  answer: (asked: Asked) => Answered | Promise<Answered>,
  calledAs?: string,
): Promise<PlayedServer> {
  const requests: Asked[] = []
  const server = createServer((request, response) => {
    const serve = async () => {
      const asked = await read(request, calledAs ?? origin)
      // As a proxy that keeps the name it was called by.
      if (calledAs) asked.headers.set('host', new URL(calledAs).host)
      requests.push(asked)
      await write(response, await answer(asked), asked.method)
    }
    serve().catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    requests,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function read(request: IncomingMessage, origin: string): Promise<Asked> {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(request.headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', origin),
    headers,
    body,
  }
}

async function write(response: ServerResponse, answered: Answered, method: string): Promise<void> {
  if (answered === 'silence') return
  if (answered === 'hang_up') {
    response.destroy()
    return
  }
  const headers = Object.fromEntries(answered.headers)
  response.writeHead(answered.status, headers)
  const { body } = answered
  if (body === null || method === 'HEAD') {
    response.end()
    return
  }
  const reader = body.getReader()
  response.once('close', () => void reader.cancel().catch(() => {}))
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    response.write(part.value)
  }
  response.end()
}
