import { migrate } from '@neonpanel/database/migrate'
import { openDatabase } from '@neonpanel/database/open'
import type { Context } from 'koa'
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

describe('fetching', async () => {
  const database = await openDatabase('memory:')
  await migrate(database)
  const documents = clientMetadataDocuments({ isLocal: false }, database)
  const { allowFetch, allowClient } = documents.feature
  afterAll(async () => {
    await documents.close()
    await database.close()
  })

  /** A request from an address, as far as fetching looks at it. */
  const from = (ip: string) => ({ ip, state: {}, set() {} }) as unknown as Context

  test.each(['https://169.254.169.254/keys', 'https://127.0.0.1:1/keys', 'https://[::1]/keys'])(
    'AS-147: refuses the literal address of %s',
    async (url) => {
      await expect(documents.fetch(url)).rejects.toThrow('special use')
    },
  )

  test('AS-147: refuses a name that resolves to this machine', async () => {
    await expect(documents.fetch('https://localhost:8443/keys')).rejects.toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({ message: expect.stringContaining('special use') }),
      }),
    )
  })

  test('AS-37: is limited for each host, however many ask at one moment and from wherever', async () => {
    const asked = await Promise.allSettled(
      Array.from({ length: 60 }, (_, n) =>
        allowFetch(from(`192.0.2.${n}`), `https://many.example/${n}.json`),
      ),
    )
    expect(asked.filter(({ status }) => status === 'fulfilled').length).toBe(29)
    const late = allowFetch(from('192.0.2.99'), 'https://many.example/late.json')
    await expect(late).rejects.toMatchObject({ statusCode: 429 })
    expect(await allowFetch(from('192.0.2.99'), 'https://other.example/c.json')).toBe(true)
  })

  test('is limited for each address, whatever hosts it names', async () => {
    for (let n = 0; n < 29; n++) {
      expect(await allowFetch(from('198.51.100.7'), `https://h${n}.example/c.json`)).toBe(true)
    }
    const next = allowFetch(from('198.51.100.7'), 'https://h31.example/c.json')
    await expect(next).rejects.toMatchObject({ statusCode: 429 })
    expect(await allowFetch(from('198.51.100.8'), 'https://h31.example/c.json')).toBe(true)
  })

  test('is not limited for documents that are good', async () => {
    for (let n = 0; n < 40; n++) {
      const ctx = from('203.0.113.5')
      expect(await allowFetch(ctx, `https://good.example/${n}.json`)).toBe(true)
      await allowClient(ctx)
    }
  })

  test('goes on for an app in use, whatever others try at its host', async () => {
    const clientId = 'https://many.example/in-use.json'
    await database.prisma.person.create({
      data: { id: 'ada', email: 'ada@neonpanel.test', name: 'Ada', passwordHash: '' },
    })
    await database.prisma.grant.create({
      data: {
        id: 'g',
        personId: 'ada',
        clientId,
        scope: '',
        companies: 'all',
        companyIds: '[]',
        expiresAt: new Date(0),
      },
    })
    expect(await allowFetch(from('192.0.2.99'), clientId)).toBe(true)
  })

  test('happens once for a request, which the provider would repeat for its error page', async () => {
    const ctx = from('203.0.113.6')
    expect(await allowFetch(ctx, 'https://once.example/c.json')).toBe(true)
    expect(await allowFetch(ctx, 'https://once.example/c.json')).toBe(false)
  })
})
