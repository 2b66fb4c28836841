import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { personas } from '@neonpanel/personas/catalogue'
import { expect, it } from 'vitest'
import { recordingTerminal } from '../testing/recording-terminal.ts'
import { followRedirects } from './follow.ts'
import { personAtKeyboard } from './person.ts'

const how = { follow: false, paste: false, browser: false, timeoutMs: 5000 }

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

function authorizationTo(redirectUri: string): URL {
  const url = new URL('http://as.test/authorize')
  url.searchParams.set('redirect_uri', redirectUri)
  return url
}

it('listens at the port of a page’s redirect URI, where the page is not running', async () => {
  const redirectUri = `http://localhost:${await freePort()}/oauth/callback`
  const terminal = recordingTerminal()
  await using person = personAtKeyboard(terminal, personas.inspector, how)
  const ended = person.openBrowser(authorizationTo(redirectUri))
  await expect.poll(() => terminal.told()).toContain(authorizationTo(redirectUri).href)
  await fetch(`${redirectUri}?code=c&state=s`)
  expect((await ended)?.href).toBe(`${redirectUri}?code=c&state=s`)
})

it('leaves listening to the engine where the client has any port', async () => {
  await using person = personAtKeyboard(recordingTerminal(), personas.codex, how)
  const url = authorizationTo('http://127.0.0.1:8123/callback')
  expect(await person.openBrowser(url)).toBeUndefined()
})

it('follows redirects with the cookies that it was given, up to the client', async () => {
  const cookies: (string | undefined)[] = []
  const server = createServer((request, response) => {
    cookies.push(request.headers.cookie)
    const location = request.url?.startsWith('/a') ? '/b' : 'app.example://callback?code=c'
    response.writeHead(303, { location, 'set-cookie': `at=${request.url?.[1]}; Path=/` }).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = new URL(`http://127.0.0.1:${port}/a?redirect_uri=app.example://callback`)
  expect((await followRedirects(url, 5000)).href).toBe('app.example://callback?code=c')
  expect(cookies).toEqual(['', 'at=a'])
  server.close()
})

it('does not follow redirects for ever', async () => {
  const server = createServer((_, response) => {
    response.writeHead(302, { location: '/again' }).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = new URL(`http://127.0.0.1:${port}/?redirect_uri=https://client.example/callback`)
  await expect(followRedirects(url, 5000)).rejects.toThrow('10 redirects')
  server.close()
})
