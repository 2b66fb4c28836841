import {
  type Answer,
  postForm,
  type RequestParameters,
  send,
  sendJson,
} from '@neonpanel/testing-kit/client/http'
import { localClient, oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { textOf } from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect, test } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const admin = adminApi(stack)
const client = oauthClient(stack, localClient)

interface AuditList {
  readonly items: readonly { type: string; detail: Record<string, unknown> }[]
}

/** The rows that an administrator finds under an answer's correlation id. */
async function rowsOf(headers: Headers) {
  const id = headers.get('x-correlation-id')
  expect(id).toMatch(/^c-/)
  const find = async () => (await admin.get<AuditList>(`/audit?correlation_id=${id}`)).body.items
  await expect.poll(find, { timeout: 5_000 }).not.toEqual([])
  return find()
}

/** The section that an error's address leads to; it exists. */
async function sectionOf(errorUri: unknown): Promise<string> {
  const uri = new URL(String(errorUri))
  expect(uri.origin + uri.pathname).toBe(`${stack.issuer}/docs/errors`)
  const { status, text } = await send(uri.href)
  expect(status).toBe(200)
  const anchor = uri.hash.slice(1)
  expect(text).toContain(` id="${anchor}"`)
  return anchor
}

describe('error_uri', () => {
  const post = (path: string, form: RequestParameters) =>
    postForm(`${stack.issuer}/oauth2/${path}`, form)
  const cases: [string, () => Promise<Answer<unknown>>, string][] = [
    ['an unknown code', () => client.redeem('unknown', 'x'.repeat(43)), 'invalid_grant'],
    ['another resource', () => client.refresh('x', { resource: 'https://x' }), 'invalid_target'],
    ['an unknown grant', () => client.token({ grant_type: 'x' }), 'unsupported_grant_type'],
    ['an unknown client', () => post('token', { client_id: 'nobody' }), 'invalid_client'],
    ['no client to revoke', () => post('revoke', { token: 'x' }), 'invalid_request'],
    ['no client to introspect', () => post('introspect', { token: 'x' }), 'invalid_request'],
    ['an unknown device client', () => post('device', { client_id: 'x' }), 'invalid_client'],
    ['no initial access token', () => register(stack, {}), 'invalid_token'],
    ['a bad initial access token', () => register(stack, {}, 'x'), 'invalid_token'],
    [
      'a pushed request without PKCE',
      () => post('par', { client_id: localClient.clientId, response_type: 'code' }),
      'pkce',
    ],
    [
      'a wrong method',
      () => sendJson('PUT', `${stack.issuer}/oauth2/token`, {}),
      'invalid_request',
    ],
  ]
  for (const [what, call, section] of cases) {
    verifies(
      ['rfc6749-5.2-error-uri', 'errors-document'],
      `of ${what} leads to ${section}`,
      async () => {
        const { status, body } = await call()
        expect(status).toBeGreaterThanOrEqual(400)
        expect(await sectionOf((body as { error_uri?: string }).error_uri)).toBe(section)
      },
    )
  }

  verifies(
    ['rfc6749-5.2-error-uri', 'errors-document'],
    'of metadata that can’t be registered leads to its own section',
    async () => {
      const { initial_access_token: iat } = await admin.mint()
      const refused = async (metadata: unknown) => {
        const { body } = await register(stack, metadata, iat)
        return sectionOf(body.error_uri)
      }
      expect(await refused({ redirect_uris: ['javascript:alert(1)'] })).toBe('invalid_redirect_uri')
      const metadata = { redirect_uris: ['https://a.example/'], client_name: 'x'.repeat(201) }
      expect(await refused(metadata)).toBe('invalid_client_metadata')
    },
  )

  const redirected: [string, RequestParameters, string][] = [
    ['unsupported_response_type', { response_type: 'token' }, 'unsupported_response_type'],
    ['invalid_request', { code_challenge: undefined }, 'pkce'],
    ['invalid_request', { code_challenge_method: 'plain' }, 'pkce'],
    ['invalid_scope', { scope: 'read:everything' }, 'invalid_scope'],
    ['invalid_target', { resource: 'https://elsewhere.example' }, 'invalid_target'],
    ['login_required', { prompt: 'none' }, 'login_required'],
  ]
  for (const [error, changes, section] of redirected) {
    verifies(
      ['rfc6749-4.1.2.1-error-uri', 'errors-document'],
      `goes to the client with ${error}: ${JSON.stringify(changes)}`,
      async () => {
        const { url, state } = client.authorization(changes)
        const { headers } = await send(url)
        const location = headers.get('location') ?? ''
        const answer = new URLSearchParams(location.split(/[?#]/)[1])
        expect(answer.get('error')).toBe(error)
        expect(answer.get('state')).toBe(state)
        expect(answer.getAll('error_uri')).toHaveLength(1)
        expect(await sectionOf(answer.get('error_uri'))).toBe(section)
      },
    )
  }

  verifies('rfc6749-4.1.2.1-error-uri', 'goes to the client by form_post too', async () => {
    const { url } = client.authorization({ response_mode: 'form_post', prompt: 'none' })
    const { text } = await send(url)
    const uri = / name="error_uri" value="([^"]*)"/.exec(text)?.[1]
    expect(await sectionOf(uri)).toBe('login_required')
  })

  test('is no part of an answer that is no error', async () => {
    const { text } = await send(`${stack.issuer}/.well-known/oauth-authorization-server`)
    expect(text).not.toContain('error_uri')
  })
})

describe('an error page', () => {
  const shown = async (changes: RequestParameters, of = client) =>
    textOf(await createPerson(stack.issuer).open(of.authorization(changes).url))

  verifies('errors-mismatch', 'shows the address that was got and those registered', async () => {
    const requested = 'http://127.0.0.1:51789/callback/'
    const text = await shown({ redirect_uri: requested })
    expect(text).toContain(`Requested ${requested}`)
    expect(text).toContain('Registered http://127.0.0.1/callback')
    expect(text).toContain('Also registered http://localhost/callback')
    expect(text).toContain('Local client asked us') // no quotes: NeonPanel stands for the name
  })

  verifies(
    'errors-mismatch',
    'says that nobody knows the client, or what was missing',
    async () => {
      expect(await shown({ client_id: 'nobody-knows' })).toContain('Requested nobody-knows')
      expect(await shown({ client_id: undefined })).toContain('Requested no client_id')
      expect(await shown({ client_id: '<b>x</b>' })).toContain('Requested <b>x</b>')
    },
  )

  verifies('errors-mismatch', 'says where a metadata document should be', async () => {
    const text = await shown({ client_id: 'https://localhost:1/client.json' })
    expect(text).toContain('The app’s own description can’t be used')
    expect(text).toContain('https://localhost:1/client.json')
  })

  verifies('errors-mismatch', 'says that the client is suspended', async () => {
    const { body } = await admin.post<{ client_id: string }>('/clients', {
      client_name: 'Stopped one',
      redirect_uris: ['https://app.example/callback'],
    })
    await admin.patch(`/clients/${body.client_id}`, { suspended: true })
    const text = await shown({ client_id: body.client_id, redirect_uri: 'https://app.example/x' })
    expect(text).toContain('Stopped one is suspended')
    expect(text).not.toContain('does not know this app')
  })

  verifies('errors-mismatch', 'says that a sign-in is over', async () => {
    const page = await createPerson(stack.issuer).open(`${stack.issuer}/interaction/unknown`)
    expect(page.status).toBe(400)
    expect(textOf(page)).toContain('This sign-in has ended')
    const [row] = await rowsOf(page.headers)
    expect(row).toMatchObject({ type: 'authorization.failed', detail: { rule: 'ended-sign-in' } })
  })

  const held: [RequestParameters, string, string][] = [
    [{ code_challenge: undefined }, 'Requested no code_challenge', 'code_challenge_method=S256'],
    [{ code_challenge_method: 'plain' }, 'code_challenge_method=plain', 'Only S256'],
    [{ response_type: 'token' }, 'response_type=token', 'Supported response_type=code'],
    [{ scope: 'read:all' }, 'Requested read:all', 'read:inventory'],
    [{ resource: 'https://elsewhere.example/' }, 'https://elsewhere.example/', 'Served'],
  ]
  for (const [changes, got, accepted] of held) {
    verifies(
      'errors-mismatch',
      `of an app that nobody reviewed shows what is wrong: ${JSON.stringify(changes)}`,
      async () => {
        const text = await shown(changes, await unreviewedClient())
        expect(text).toContain('“Pallet Pilot” sent you here')
        expect(text).toContain(got)
        expect(text).toContain(accepted)
        expect(text).toContain('Rule')
      },
    )
  }
})

describe('the correlation id', () => {
  verifies('errors-correlation', 'of an error page finds what was requested', async () => {
    const { url } = client.authorization({ redirect_uri: 'https://elsewhere.example/x' })
    const { text, headers } = await send(url)
    expect(text).toContain(headers.get('x-correlation-id'))
    const rows = await rowsOf(headers)
    expect(rows.map(({ detail }) => detail)).toContainEqual(
      expect.objectContaining({
        rule: 'redirect-uri-mismatch',
        requested: expect.objectContaining({ redirect_uri: 'https://elsewhere.example/x' }),
      }),
    )
  })

  verifies('errors-correlation', 'of a refused token request finds the rule', async () => {
    const refused = await client.redeem('unknown', 'x'.repeat(43))
    const [row] = await rowsOf(refused.headers)
    expect(row).toMatchObject({ type: 'token.refused', detail: { rule: 'invalid_grant' } })
    const target = await client.refresh('x', { resource: 'https://elsewhere.example' })
    const [other] = await rowsOf(target.headers)
    expect(other).toMatchObject({ type: 'token.refused', detail: { rule: 'invalid_target' } })
  })

  verifies('errors-correlation', 'of a refused registration finds the rule', async () => {
    const { initial_access_token: iat } = await admin.mint()
    const { headers } = await register(stack, { redirect_uris: ['data:x'] }, iat)
    const [row] = await rowsOf(headers)
    expect(row).toMatchObject({ type: 'client.refused', detail: { rule: 'invalid_redirect_uri' } })
  })

  verifies('errors-correlation', 'finds no secret', async () => {
    const { headers } = await client.redeem('a-code-nobody-may-read', 'v'.repeat(43))
    expect(JSON.stringify(await rowsOf(headers))).not.toMatch(/a-code-nobody|vvvv/)
  })
})

/** A client that nobody vouched for, as open registration would have left it. */
async function unreviewedClient() {
  const clientId = 'open-client'
  const redirectUri = 'https://pallet.example/callback'
  const metadata = JSON.stringify({
    client_name: 'Pallet Pilot',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  })
  const { client: clients } = stack.database.prisma
  await clients.upsert({
    where: { clientId },
    create: { clientId, name: 'Pallet Pilot', metadata, origin: 'open' },
    update: {},
  })
  return oauthClient(stack, { clientId, redirectUri })
}
