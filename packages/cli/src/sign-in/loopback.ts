import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type PageText, pageHeaders, renderPage } from './page.ts'

/** The browser that came back, and waits for what to show. */
export interface Callback {
  readonly url: URL
  /** Ends the wait of the browser. */
  readonly show: (page: PageText) => Promise<void>
}

/** Where the browser comes back to, on this machine alone (RFC 8252 section 7.3). */
export interface Loopback extends AsyncDisposable {
  readonly redirectUri: string
  readonly port: number
  /** Waits for the answer to the request with this state; others are told that nobody waits for them. */
  answerTo(state: string, signal: AbortSignal): Promise<Callback>
}

/**
 * Listens on 127.0.0.1.
 *
 * @param port 0 = any that is free
 * @param onStranger told of answers with a state that is not ours
 * @throws the error of the socket, such as EADDRINUSE
 */
export async function listenOnLoopback(port: number, onStranger: () => void): Promise<Loopback> {
  const { promise: arrived, resolve } = Promise.withResolvers<Callback>()
  let expected: string | undefined
  let answered = false
  const server = createServer((request, response) => {
    const host = request.headers.host ?? ''
    // Another page's name that was made to resolve to this machine is not whom the browser was sent to.
    if (!/^(127\.0\.0\.1|localhost):\d+$/.test(host)) return send(response, 403, stranger)
    const url = new URL(request.url ?? '/', `http://${host}`)
    const isAnswer = url.searchParams.has('code') || url.searchParams.has('error')
    if (request.method !== 'GET' || url.pathname !== '/callback' || !isAnswer) {
      return send(response, 404, nothingHere)
    }
    if (expected === undefined || url.searchParams.get('state') !== expected) {
      onStranger()
      return send(response, 400, stranger)
    }
    if (answered) return send(response, 400, again)
    answered = true
    resolve({ url, show: (page) => show(response, page) })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: actual } = server.address() as AddressInfo
  return {
    port: actual,
    redirectUri: `http://127.0.0.1:${actual}/callback`,
    answerTo(state, signal) {
      expected = state
      const late = Promise.withResolvers<never>()
      signal.addEventListener('abort', () => late.reject(signal.reason), { once: true })
      if (signal.aborted) late.reject(signal.reason)
      return Promise.race([arrived, late.promise])
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await closed
    },
  }
}

async function show(response: ServerResponse, page: PageText): Promise<void> {
  response.writeHead(200, pageHeaders)
  const sent = Promise.race([once(response, 'finish'), once(response, 'close')])
  response.end(renderPage(page))
  await sent
}

function send(response: ServerResponse, status: number, page: PageText): void {
  response.writeHead(status, pageHeaders).end(renderPage(page))
}

const nothingHere: PageText = {
  title: 'Nothing to see here',
  says: 'This address only waits for the end of a sign-in. You can close this window.',
  tone: 'failed',
}

const stranger: PageText = {
  title: 'Not the sign-in that was started here',
  says: 'The answer does not carry the state of the sign-in that waits in the terminal, so it was not used. Follow the address that the terminal shows.',
  tone: 'failed',
}

const again: PageText = {
  title: 'This sign-in was answered already',
  says: 'The terminal says how it went. You can close this window.',
  tone: 'failed',
}
