import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The client's side of a redirect: a loopback server that shows a plain page and remembers what came back. */
export interface Callback extends AsyncDisposable {
  readonly redirectUri: string
  /** The parameters of the latest redirect. */
  readonly received: URLSearchParams
}

export async function openCallback(): Promise<Callback> {
  let received = new URLSearchParams()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (url.pathname === '/callback') received = url.searchParams
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><html lang="en"><title>Back</title><h1>Back in the client</h1>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    redirectUri: `http://127.0.0.1:${port}/callback`,
    get received() {
      return received
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
