import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { personas } from '../catalogue.ts'
import { startDocumentHost } from './document-host.ts'
import { type OddDocument, oddDocuments, oddHost } from './documents.ts'

const host = await startDocumentHost()
afterAll(() => host[Symbol.asyncDispose]())

/** Fetches a URL from where the host stands in for it, and believes its authority alone. */
async function get(url: string, believing = host.mappings[0]?.ca) {
  const { hostname, pathname } = new URL(url)
  const { port } = new URL(host.origin)
  const asked = request({
    host: '127.0.0.1',
    port,
    path: pathname,
    servername: hostname,
    headers: { host: hostname },
    agent: false,
    ...(believing && { ca: believing }),
  })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const body = await text(answer)
  return { status: answer.statusCode, headers: answer.headers, body }
}

test('every document of a persona lies at its URL', async () => {
  const documents = Object.values(personas).flatMap(
    ({ registration }) => registration.document ?? [],
  )
  expect(documents.length).toBeGreaterThanOrEqual(5)
  for (const { url, metadata } of documents) {
    const { status, body } = await get(url)
    expect(status, url).toBe(200)
    expect(JSON.parse(body)).toEqual({ client_id: url, ...metadata })
    expect(body.length).toBeLessThan(5_120)
  }
})

test('ChatGPT has a document for each connection, and a public key', async () => {
  const url = 'https://chatgpt.com/oauth/abc_1/client.json'
  expect(JSON.parse((await get(url)).body)).toMatchObject({
    client_id: url,
    redirect_uris: ['https://chatgpt.com/connector/oauth/abc_1'],
  })
  const { keys } = JSON.parse((await get('https://chatgpt.com/oauth/jwks.json')).body)
  expect(keys).toMatchObject([{ kid: host.key.kid, kty: 'RSA' }])
  expect(keys[0]).not.toHaveProperty('d')
})

test('odd documents are odd in the way that their name says', async () => {
  const answerOf = (name: OddDocument) => get(oddDocuments[name].url)
  expect((await answerOf('dangling')).status).toBe(404)
  expect((await answerOf('redirecting')).headers.location).toBe(oddDocuments.good.url)
  expect((await answerOf('oversized')).body.length).toBeGreaterThan(5_120)
  expect((await answerOf('wrong-content-type')).headers['content-type']).toBe('text/html')
  const { body } = await answerOf('mismatching-client-id')
  expect(JSON.parse(body).client_id).not.toBe(oddDocuments['mismatching-client-id'].url)
})

test('a test may put a document anywhere under its names', async () => {
  const url = `https://${oddHost}/mine.json`
  expect((await get(url)).status).toBe(404)
  host.serve(url, { body: { client_id: url } })
  expect(JSON.parse((await get(url)).body)).toEqual({ client_id: url })
  expect(host.requests).toContain(url)
})

test('nobody believes it without its authority, nor for another name', async () => {
  await expect(get(oddDocuments.good.url, '')).rejects.toThrow(/self-signed certificate/)
  await expect(get('https://bank.example/')).rejects.toThrow(/altnames/)
})
