import { decodeProtectedHeader, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AuthorizationServerUnavailable } from './authorization-server.ts'
import { createSigningKeys, type SigningKeys } from './signing-keys.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from './testing/tiny-authorization-server.ts'

let server: TinyAuthorizationServer
let keys: SigningKeys

beforeEach(async () => {
  server = await startTinyAuthorizationServer()
  keys = createSigningKeys({ jwksUrl: `${server.issuer}/oauth2/jwks`, cooldownMs: 20 })
})

afterEach(() => server[Symbol.asyncDispose]())

function isKnown(token: string): Promise<boolean> {
  return jwtVerify(token, keys.find).then(
    () => true,
    () => false,
  )
}

describe('the keys of the authorization server', () => {
  it('are fetched once for many tokens', async () => {
    const tokens = await Promise.all([1, 2, 3].map(() => server.mint()))
    expect(await Promise.all(tokens.map(isKnown))).toEqual([true, true, true])
    expect(await isKnown(await server.mint())).toBe(true)
    expect(server.keyFetches()).toBe(1)
  })

  it('know a key that was published a moment ago', async () => {
    await keys.load()
    await server.rotate()
    const token = await server.mint()
    expect(decodeProtectedHeader(token).kid).toBe('key-2')
    expect(await isKnown(token)).toBe(true)
    expect(server.keyFetches()).toBe(2)
  })

  it('RS-27: are fetched once however many unknown key ids arrive together', async () => {
    await keys.load()
    const strangers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        server.mint({}, { stranger: true, header: { kid: `unknown-${index}` } }),
      ),
    )
    expect(await Promise.all(strangers.map(isKnown))).not.toContain(true)
    expect(server.keyFetches()).toBe(2)
  })

  it('say that nothing can be said while they cannot be fetched', async () => {
    server.fail(true)
    await expect(keys.load()).rejects.toBeInstanceOf(AuthorizationServerUnavailable)
    server.fail(false)
    await expect(keys.load()).resolves.toBeUndefined()
  })

  it('stay known while the authorization server is away', async () => {
    const token = await server.mint()
    await keys.load()
    server.fail(true)
    expect(await isKnown(token)).toBe(true)
  })

  it('are not taken from a document that is no key set', async () => {
    const odd = createSigningKeys({ jwksUrl: `${server.issuer}/elsewhere`, cooldownMs: 1 })
    await expect(odd.load()).rejects.toBeInstanceOf(AuthorizationServerUnavailable)
  })
})
