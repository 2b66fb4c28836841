import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The loopback listener of a client on the person's computer (RFC 8252 section 7.3). */
export interface CallbackListener extends AsyncDisposable {
  readonly port: number
  /** The URL that the browser came back with. */
  readonly callback: Promise<URL>
}

/**
 * Listens where the browser will come back to.
 *
 * @param preferredPort tried first; any free one when it is taken or not given
 */
export async function listenForCallback(
  host: string,
  preferredPort: number | undefined,
): Promise<CallbackListener> {
  const { promise, resolve } = Promise.withResolvers<URL>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    response.setHeader('content-type', 'text/plain')
    if (!url.searchParams.has('code') && !url.searchParams.has('error')) {
      response.writeHead(404).end('Nothing to see here.')
      return
    }
    response.end('You may close this window.')
    resolve(url)
  })
  const listen = async (port: number) => {
    server.listen(port, host)
    await once(server, 'listening')
  }
  await listen(preferredPort ?? 0).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    return listen(0)
  })
  return {
    port: (server.address() as AddressInfo).port,
    callback: promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
