import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type PersonaName, personaNames, personas } from '@neonpanel/personas/catalogue'
import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import { chatGpt, claude } from '@neonpanel/testing-kit/client/oauth-client'
import { runBinary } from 'neonpanel/testing/binary'
import { describe, expect, it, onTestFinished } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const stack = await testStack()
const environment = {
  ISSUER_URL: stack.issuer,
  MCP_URL: stack.mcpUrl,
  ADMIN_TOKEN: stack.adminToken,
}

const run = (words: readonly string[], more: Record<string, string> = {}) =>
  runBinary(words, { environment: { ...environment, ...more } })

/** The one JSON document on standard output. */
async function ask(words: readonly string[]) {
  const { code, out, err } = await run([...words, '--json'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out)
}

const idsOf = (clients: { client_id: string }[]) => clients.map(({ client_id }) => client_id)

describe('initial access tokens', () => {
  it('are created, listed without themselves, and revoked', async () => {
    const created = await run(['iat', 'create', '--note', 'for a test', '--ttl', '60'])
    expect(created).toMatchObject({ code: 0, out: expect.stringMatching(/^eyJ[\w.-]+$/) })
    const [, jti = ''] = /iat revoke (iat_\S+)$/.exec(created.err) ?? []

    const list = await run(['iat', 'list'])
    expect(list.out).toMatch(new RegExp(`^${jti} +ready +0/1 +\\S+Z +for a test$`, 'm'))
    expect(list.out).not.toContain(created.out)

    expect(await run(['iat', 'revoke', jti])).toMatchObject({ code: 0, out: '' })
    expect(await ask(['iat', 'list'])).toContainEqual(
      expect.objectContaining({ jti, status: 'revoked' }),
    )
    const late = await run(['register', 'claude', '--iat', created.out])
    expect(late).toMatchObject({ code: 1, out: '' })
    expect(late.err).toContain('neonpanel iat create')
    expect(late.err).not.toContain(created.out)
  })

  it('may be bound to hosts and scopes', async () => {
    const words = ['--redirect-host', 'chatgpt.com', '--scope', 'read:companies']
    const { jti } = await ask(['iat', 'create', ...words])
    const [first] = await ask(['iat', 'list'])
    expect(first).toMatchObject({
      jti,
      allowed_redirect_hosts: ['chatgpt.com'],
      allowed_scopes: ['read:companies'],
    })
  })
})

describe('register', () => {
  it.each(personaNames)('%s: says what to paste where', async (persona: PersonaName) => {
    const { initial_access_token: token } = await adminApi(stack).mint({ max_uses: 2 })
    const words = ['register', persona, '--iat', token]
    const [client, told] = await Promise.all([ask(words), run(words)])
    expect(client.paste.join('\n')).toContain(client.client_id)
    expect(client.paste.join('\n')).toContain(stack.mcpUrl)
    const [, clientId = ''] = /^ {2}Client id {6}(\S+)$/m.exec(told.out) ?? []
    expect(told).toMatchObject({ code: 0, err: '' })
    expect(told.out.split('Paste into')[1]).toContain(clientId)
    expect(clientId).not.toBe(client.client_id)
  })

  it('takes metadata of a file, and says what is wrong with it', async () => {
    const file = join(await temporaryDirectory(), 'client.json')
    const { initial_access_token: token } = await ask(['iat', 'create'])
    await writeFile(file, JSON.stringify({ redirect_uris: ['javascript:alert(1)'] }))
    const refused = await run(['register', '--file', file, '--iat', token])
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toContain('redirect_uri')
    await writeFile(file, '{')
    expect(await run(['register', '--file', file])).toMatchObject({ code: 2 })
  })

  it('registers a client that then gets tokens', async () => {
    const file = join(await temporaryDirectory(), 'client.json')
    const redirectUri = 'http://127.0.0.1/callback'
    const metadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
    await writeFile(file, JSON.stringify(metadata))
    const { initial_access_token: token } = await ask(['iat', 'create'])
    const { client_id: clientId } = await ask(['register', '--file', file, '--iat', token])
    const { access_token: issued } = await tokensFor(stack, { client: { clientId, redirectUri } })
    expect(issued).toMatch(/^eyJ/)
  })
})

describe('clients', () => {
  it('are listed, searched and filtered', async () => {
    expect(idsOf(await ask(['clients', 'list']))).toEqual(
      expect.arrayContaining(['claude', 'local-client', 'chatgpt-mcp-connector']),
    )
    expect(idsOf(await ask(['clients', 'list', '--search', 'INSPECTOR']))).toContain(
      'mcp-inspector',
    )
    expect(idsOf(await ask(['clients', 'list', '--kind', 'confidential']))).toContain(
      'demo-service',
    )
    const nobody = await run(['clients', 'list', '--search', 'nobody of that name'])
    expect(nobody).toEqual({ code: 0, out: '', err: 'There is no such client.' })
    const wide = await run(['clients', 'list', '--origin', 'pre-registered'])
    expect(wide.out).toMatch(/^claude +Claude +trusted +\d+ +/m)
  })

  it('are shown with their metadata and who approved what, and never with a secret', async () => {
    await tokensFor(stack, { client: chatGpt, person: 'analyst', scope: 'read:companies' })
    const { code, out } = await run(['clients', 'show', chatGpt.clientId])
    expect(code).toBe(0)
    expect(out).toContain(chatGpt.redirectUri)
    expect(out).toMatch(/^ {2}Last used +\d{4}-/m)
    expect(out).toMatch(/^analyst@neonpanel\.test +active +all +read:companies/m)
    const shown = await ask(['clients', 'show', 'demo-service'])
    expect(shown).toMatchObject({ client_id: 'demo-service', grants: [] })
    expect(JSON.stringify(shown)).not.toMatch(/neonpanel-demo-secret|argon2|registration_access/)
  })

  it('lose what they were granted at once, and may be granted it anew', async () => {
    const { client, refresh_token: refresh } = await tokensFor(stack, { client: claude })
    const revoked = await ask(['clients', 'revoke', 'claude'])
    expect(revoked).toEqual({
      revoked: [{ client_id: 'claude', grants_ended: 1 }],
      suspended: false,
      deleted: false,
    })
    expect((await client.refresh(refresh)).status).toBe(400)
    expect((await run(['clients', 'show', 'claude'])).out).toMatch(/ended \(administrator\)/)
    expect((await tokensFor(stack, { client: claude })).access_token).toMatch(/^eyJ/)
    const told = await run(['clients', 'revoke', 'claude'])
    expect(told).toEqual({
      code: 0,
      out: '',
      err: 'Ended 1 grant of claude. People may connect it again.',
    })
  })

  it('are turned away when they are suspended, and forgotten when they are deleted', async () => {
    const { initial_access_token: token } = await ask(['iat', 'create'])
    const { client_id: id } = await ask(['register', 'claude', '--iat', token])
    expect((await run(['clients', 'revoke', '--suspend', id])).err).toContain('It is suspended.')
    expect(idsOf(await ask(['clients', 'list', '--standing', 'suspended']))).toEqual([id])
    const turnedAway = codeFlow(stack, { client: { ...claude, clientId: id } })
    await expect(turnedAway).rejects.toThrow()
    expect((await run(['clients', 'revoke', '--delete', id])).err).toContain('It is deleted.')
    const gone = await run(['clients', 'show', id])
    expect(gone).toMatchObject({ code: 1, err: expect.stringContaining('There is no such client') })
  })

  it('that are known by their metadata document are listed, shown and revoked', async () => {
    await adminApi(stack).post('/auto-consent', { person: 'owner@neonpanel.test', mode: 'approve' })
    const words = ['--documents', 'local', '--follow']
    const connected = await run(['connect', '--as', 'claude-code', stack.mcpUrl, ...words])
    expect(connected.code, connected.out).toBe(0)
    const id = personas['claude-code'].registration.document?.url ?? ''
    expect(await ask(['clients', 'list', '--search', id])).toEqual([
      { client_id: id, origin: 'metadata_document', active_grants: 1 },
    ])
    expect((await run(['clients', 'show', id])).out).toMatch(/^owner@neonpanel\.test +active/m)
    const refused = await run(['clients', 'revoke', '--suspend', id])
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('without --suspend') })
    expect((await run(['clients', 'revoke', id])).err).toContain(`Ended 1 grant of ${id}.`)
    expect(idsOf(await ask(['clients', 'list']))).not.toContain(id)
  })

  it('are not suspended and deleted at once', async () => {
    const words = ['clients', 'revoke', 'claude', '--suspend', '--delete']
    expect(await run(words)).toMatchObject({ code: 2, out: '' })
  })
})

describe('keys', () => {
  it('are rotated: new ones are published, and sign later', async () => {
    const before = await ask(['keys', 'list'])
    const rotated = await run(['keys', 'rotate'])
    expect(rotated.code).toBe(0)
    expect(rotated.out).toMatch(/ES256 +next +\S+Z +not planned/)
    expect(rotated.err).toMatch(/^The new keys sign from \S+Z on\.$/)
    const after = await ask(['keys', 'list'])
    expect(after.length).toBe(before.length + 2)
    const { body } = await send<{ keys: unknown[] }>(`${stack.issuer}/oauth2/jwks`)
    for (const { kid } of after) expect(body.keys).toContainEqual(expect.objectContaining({ kid }))
    expect(JSON.stringify(after)).not.toContain('"d":')
  })
})

describe('what goes wrong', () => {
  it('the wrong token is not repeated', async () => {
    const more = { ADMIN_TOKEN: 'not-the-administrators-token' }
    const { code, err } = await run(['clients', 'list'], more)
    expect(code).toBe(1)
    expect(err).toContain('does not accept this ADMIN_TOKEN')
    expect(err).not.toContain(more.ADMIN_TOKEN)
  })

  it('options name other servers than the environment', async () => {
    const nowhere = { ISSUER_URL: 'http://127.0.0.1:2' }
    expect(await run(['keys', 'list'], nowhere)).toMatchObject({ code: 1, out: '' })
    expect(await run(['keys', 'list', '--issuer', stack.issuer], nowhere)).toMatchObject({
      code: 0,
    })
  })

  it('a server that is no authorization server is not taken for one', async () => {
    const other = createServer((_, answer) => answer.writeHead(404).end('Not here.'))
    await once(other.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const { code, err } = await run(['keys', 'list', '--issuer', `http://127.0.0.1:${port}`])
    expect(code).toBe(1)
    expect(err).toMatch(/Is \S+ a NeonPanel authorization server\?$/)
  })

  it('is told in JSON where JSON is asked for', async () => {
    const { code, out, err } = await run(['clients', 'show', 'nobody', '--json'])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(JSON.parse(err)).toEqual({ error: expect.stringContaining('404') })
  })
})
