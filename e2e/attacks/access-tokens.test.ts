import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send } from '@neonpanel/testing-kit/client/http'
import {
  CompactSign,
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { callTool, mcpRequest, modernMessage } from '../harness/mcp.ts'
import { rawRequest } from '../harness/raw-http.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'
import { attacksOn } from './attack.ts'

const stack = await testStack({ REVOCATION_CHECK_SECONDS: '0' })
const owner = await tokensFor(stack, { scope: 'openid read:companies read:inventory' })
const { header, claims } = contentsOf(owner.access_token)
const attack = attacksOn(stack, { 'the owner’s token': owner.access_token })
const { body: keySet } = await send<{ keys: JWK[] }>(`${stack.issuer}/oauth2/jwks`)
const ownKey = keySet.keys.find(({ alg }) => alg === 'ES256') as JWK
const stranger = await generateKeyPair('ES256', { extractable: true })
const strangersJwk = { ...(await exportJWK(stranger.publicKey)), kid: header.kid }

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

const sign = (changes: object = {}, headerChanges: object = {}) =>
  new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ ...header, alg: 'ES256', ...headerChanges })
    .sign(stranger.privateKey)

const mint = async (wish: object) => {
  const answer = await adminApi(stack).post<{ token: string }>('/tokens', {
    person: 'owner@neonpanel.test',
    ...wish,
  })
  return answer.body.token
}

const [head = '', payload = '', signature = ''] = owner.access_token.split('.')

describe('access tokens at the resource server', () => {
  const forgeries: Record<string, () => Promise<string> | string> = {
    'without signature': () => new UnsecuredJWT(claims).encode(),
    'with alg none in capitals': () => `${encode({ ...header, alg: 'NONE' })}.${payload}.`,
    'without alg': () => `${encode({ typ: 'at+jwt' })}.${payload}.${signature}`,
    'signed with the public key as a secret': async () =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: header.kid ?? '' })
        .sign(
          new TextEncoder().encode(
            await exportSPKI(
              (await importJWK(ownKey, 'ES256', { extractable: true })) as CryptoKey,
            ),
          ),
        ),
    'signed by a stranger under our kid': () => sign(),
    'with the stranger’s key in the header': () => sign({}, { jwk: strangersJwk }),
    'with a key set of the attacker': () => sign({}, { jku: 'https://evil.example/jwks' }),
    'with a certificate of the attacker': () => sign({}, { x5u: 'https://evil.example/c' }),
    'with a certificate chain': () => sign({}, { x5c: ['AAAA'] }),
    'with a path as kid': () => sign({}, { kid: '../../../../etc/passwd' }),
    'with SQL as kid': () => sign({}, { kid: "x' OR '1'='1" }),
    'with an address as kid': () => sign({}, { kid: 'https://evil.example/key' }),
    'with a prototype as kid': () => sign({}, { kid: '__proto__' }),
    'with an unknown critical extension': async () =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ ...header, alg: 'ES256', crit: ['x'], x: 1 })
        .sign(stranger.privateKey, { crit: { x: true } }),
    'with a changed scope': () =>
      `${head}.${encode({ ...claims, scope: 'read:companies write:import' })}.${signature}`,
    'with a changed header': () => `${encode({ ...header, typ: 'JWT' })}.${payload}.${signature}`,
    'with an empty signature': () => `${head}.${payload}.`,
    'with a signature of zeros (psychic)': () =>
      `${head}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
    'with a signature in DER': () => `${head}.${payload}.MEUCIQ`,
    'in five parts': () => `${head}.${payload}.${signature}.x.y`,
    'in JSON serialisation': () =>
      encode({ payload, signatures: [{ protected: head, signature }] }),
    'whose payload is no object': () => `${head}.${encode('x')}.${signature}`,
    'that is an ID token': () => owner.id_token ?? '',
    'that is a refresh token': () => owner.refresh_token,
    'for another audience': () => mint({ claims: { aud: 'https://other.example/mcp' } }),
    'for several audiences': () => mint({ claims: { aud: [stack.issuer, 'https://x.example'] } }),
    'of another issuer': () => mint({ claims: { iss: 'https://evil.example' } }),
    'of another type': () => mint({ header: { typ: 'JWT' } }),
    'of the registration’s type': () => mint({ header: { typ: 'iat+jwt' } }),
    'of a grant that is another person’s': async () =>
      mint({
        claims: { grant_id: contentsOf(owner.access_token).claims.grant_id, sub: 'warehouse' },
      }),
    'of a grant that does not exist': () => mint({ claims: { grant_id: 'none' } }),
    'that expired': () => mint({ ttl_seconds: -30 }),
  }
  for (const [what, forge] of Object.entries(forgeries)) {
    verifies(
      ['RS-23', 'RS-24', 'attack-fails'],
      `a token ${what} opens nothing`,
      attack(async (strike) => {
        const answer = await strike(callTool(stack.mcpUrl, await forge(), 'list_companies'))
        expect(answer.status).toBe(401)
        expect(answer.text).not.toContain('Harbor Goods')
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /)
        expect(answer.headers.get('www-authenticate')).not.toMatch(/[\r\n]/)
      }),
    )
  }

  verifies(
    ['RS-23', 'attack-fails'],
    'a token never counts for more companies or scopes than its grant, whatever it says',
    attack(async (strike) => {
      const wide = await mint({
        person: 'warehouse@neonpanel.test',
        scope: 'read:companies read:inventory read:cogs',
        claims: { companies: (await stack.database.prisma.company.findMany()).map(({ id }) => id) },
      })
      const companies = await strike(callTool(stack.mcpUrl, wide, 'list_companies'))
      expect(companies.text).toContain('Harbor Goods EU')
      expect(companies.text).not.toContain('Tallow')
      const cogs = await strike(
        callTool(stack.mcpUrl, wide, 'get_item_cogs', { item_id: 'x', period: 'month' }),
      )
      expect(cogs.status).toBe(403)
    }),
  )

  verifies(
    ['RS-22', 'attack-fails'],
    'a token anywhere but in the header opens nothing',
    attack(async (strike) => {
      const { message, headers } = modernMessage('tools/list')
      const token = owner.access_token
      for (const answer of [
        mcpRequest(`${stack.mcpUrl}?access_token=${token}`, message, headers),
        mcpRequest(stack.mcpUrl, { ...message, access_token: token }, headers),
        mcpRequest(stack.mcpUrl, message, { ...headers, cookie: `access_token=${token}` }),
        mcpRequest(stack.mcpUrl, message, { ...headers, 'x-access-token': token }),
        mcpRequest(stack.mcpUrl, message, { ...headers, authorization: `Basic ${token}` }),
        mcpRequest(stack.mcpUrl, message, { ...headers, authorization: token }),
        mcpRequest(stack.mcpUrl, message, { ...headers, 'proxy-authorization': `Bearer ${token}` }),
      ]) {
        const { status, text } = await strike(answer)
        expect([400, 401]).toContain(status)
        expect(text).not.toContain('list_companies')
      }
    }),
  )

  verifies(
    ['RS-19', 'RS-22', 'attack-fails'],
    'two Authorization headers, a list of tokens and broken ones are refused',
    attack(async (strike) => {
      for (const authorization of [
        `Bearer ${owner.access_token}, Bearer x`,
        `Bearer x ${owner.access_token}`,
        'Bearer',
        'Bearer  ',
        'Bearer "quoted"',
        `Bearer ${'x'.repeat(12_000)}`,
        'Bearer ..',
        'Bearer __proto__',
      ]) {
        const answer = await strike(
          send(stack.mcpUrl, { method: 'POST', headers: { authorization } }),
        )
        expect([400, 401], authorization.slice(0, 30)).toContain(answer.status)
      }
      const twice = await strike(
        rawRequest(stack.mcpUrl, {
          method: 'POST',
          headers: [
            'Host',
            new URL(stack.mcpUrl).host,
            'Authorization',
            `Bearer ${owner.access_token}`,
            'Authorization',
            'Bearer x',
          ] as never,
        }),
      )
      expect(twice.status).toBe(400)
      expect(twice.headers['www-authenticate']).toContain('error="invalid_request"')
    }),
  )

  verifies(
    ['RS-23', 'attack-fails'],
    'a token that was revoked, or whose person was suspended, is dead at once',
    attack(async (strike) => {
      const person = 'analyst@neonpanel.test'
      const { access_token, client } = await tokensFor(stack, { person: 'analyst' })
      const found = await stack.database.prisma.person.findUniqueOrThrow({
        where: { email: person },
      })
      const admin = adminApi(stack)
      await admin.patch(`/people/${found.id}`, { suspended: true })
      const suspended = await strike(callTool(stack.mcpUrl, access_token, 'list_companies'))
      await admin.patch(`/people/${found.id}`, { suspended: false })
      expect(suspended.status).toBe(401)
      await client.revoke(access_token)
      const revoked = await strike(callTool(stack.mcpUrl, access_token, 'list_companies'))
      expect(revoked.status).toBe(401)
    }),
  )

  verifies(
    ['RS-11', 'RS-14', 'attack-fails'],
    'a challenge is not bent by the request (header injection, Host, path)',
    attack(async (strike) => {
      for (const path of ['/mcp?x=%0d%0aSet-Cookie:a=b', '/mcp/', '/sse/', '/mcp?resource=evil']) {
        const url = new URL(path, stack.mcpUrl)
        const answer = await strike(send(url, { headers: bearer('"><x>') }))
        expect([400, 401]).toContain(answer.status)
        expect(answer.headers.get('www-authenticate')).not.toMatch(/evil|<x>|Set-Cookie/)
        expect(answer.headers.get('set-cookie')).toBeNull()
      }
    }),
  )
})
