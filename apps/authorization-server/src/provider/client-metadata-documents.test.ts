import { afterAll, describe, expect, test } from 'vitest'
import {
  clientMetadataDocuments,
  isDocumentUrl,
  readDocument,
} from './client-metadata-documents.ts'

const strict = { loopbackAllowed: false }

describe('a client id that is a URL', () => {
  test.each(['https://claude.ai/oauth/mcp-oauth-client-metadata', 'https://a.example:8443/c.json'])(
    'can be %s',
    (url) => {
      expect(isDocumentUrl(url, strict)).toBe(true)
    },
  )

  test.each([
    'https://client.example',
    'https://client.example/',
    'http://client.example/c.json',
    'https://client.example/c.json?x=1',
    'https://CLIENT.example/c.json',
    'https://client.example/a/../c.json',
    'https://client.example:443/c.json',
    'https://127.0.0.1/c.json',
    'https://[::1]/c.json',
    'https://0x7f000001/c.json',
    'https://2130706433/c.json',
    'https://localhost/c.json',
    'https://intranet/c.json',
    'not a url',
  ])('cannot be %s', (url) => {
    expect(isDocumentUrl(url, strict)).toBe(false)
  })

  test('can be on this machine when the server is', () => {
    expect(isDocumentUrl('https://localhost/c.json', { loopbackAllowed: true })).toBe(true)
  })
})

const document = {
  client_id: 'https://client.example/c.json',
  client_name: 'Client',
  redirect_uris: ['https://client.example/cb'],
}

const answer = (body: unknown, init: ResponseInit = {}) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    headers: { 'content-type': 'application/json' },
    ...init,
  })

describe('a metadata document', () => {
  test('without an authentication method is a public client’s', async () => {
    const read = await readDocument(answer(document))
    expect(await read.json()).toEqual({ ...document, token_endpoint_auth_method: 'none' })
  })

  test('keeps the methods that it offers, and how long it may be cached', async () => {
    const offered = { ...document, token_endpoint_auth_methods_supported: ['private_key_jwt'] }
    const headers = { 'content-type': 'application/cimd+json', 'cache-control': 'max-age=120' }
    const read = await readDocument(answer(offered, { headers }))
    expect(read.headers.get('cache-control')).toBe('max-age=120')
    expect(await read.json()).toEqual(offered)
  })

  test.each([
    ['is not found', answer(document, { status: 404 })],
    ['moved', answer(document, { status: 302, headers: { location: 'https://x.example' } })],
    ['is HTML', answer(document, { headers: { 'content-type': 'text/html' } })],
    ['has no type', answer(document, { headers: { 'content-type': '' } })],
    ['has no name', answer({ ...document, client_name: undefined })],
    ['has a blank name', answer({ ...document, client_name: ' ' })],
    ['has no redirect URIs', answer({ ...document, redirect_uris: [] })],
    ['is no JSON', answer('{')],
    ['is null', answer('null')],
    ['is too long', answer({ ...document, padding: 'x'.repeat(6_000) })],
  ])('is refused when it %s', async (_, response) => {
    await expect(readDocument(response)).rejects.toThrow()
  })
})

describe('fetching', () => {
  const documents = clientMetadataDocuments({ isLocal: false })
  afterAll(() => documents.close())

  test.each(['https://169.254.169.254/keys', 'https://127.0.0.1:1/keys', 'https://[::1]/keys'])(
    'refuses the literal address of %s',
    async (url) => {
      await expect(documents.fetch(url)).rejects.toThrow('special use')
    },
  )

  test('refuses a name that resolves to this machine', async () => {
    await expect(documents.fetch('https://localhost:8443/keys')).rejects.toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({ message: expect.stringContaining('special use') }),
      }),
    )
  })

  test('is limited for each host', () => {
    const allow = (path: number) =>
      documents.feature.allowFetch(undefined, `https://many.example/${path}.json`)
    const allowed = Array.from({ length: 31 }, (_, path) => allow(path))
    expect(allowed.filter(Boolean)).toHaveLength(30)
    expect(documents.feature.allowFetch(undefined, 'https://other.example/c.json')).toBe(true)
  })
})
