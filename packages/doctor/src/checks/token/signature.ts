import { type CompactJWSHeaderParameters, compactVerify, createLocalJWKSet, errors } from 'jose'
import type { Answer } from '../../ask.ts'
import type { Examination } from '../../examination.ts'
import { isObject, membersOf, textOf } from '../../json.ts'
import type { JwtToken } from './claims.ts'

/** Compares the token with the keys that are published for it (RFC 9068 section 4). */
export async function examineSignature(examination: Examination, token: JwtToken): Promise<void> {
  const { header, server, session, accepted, shown } = token
  const { jwks_uri } = server.metadata
  const alg = textOf(header.alg) ?? 'none'
  const { found } = examination
  if (/^none$/i.test(alg))
    return found('token_unsigned', { where: 'alg', got: alg, exchanges: shown })
  if (alg.startsWith('HS')) {
    const level = jwks_uri === undefined ? 'warning' : 'error'
    return found('token_symmetric', { where: 'alg', got: alg, level, exchanges: shown })
  }
  if (jwks_uri === undefined) return
  const answer = await examination.ask({ url: jwks_uri })
  const keys = publishedKeys(answer)
  const exchanges = [answer.exchange, ...shown]
  const where = jwks_uri
  if (!keys) {
    const got = keysInShort(answer)
    return found('token_keys_unavailable', { where, got, exchanges })
  }
  const kids = keys.map(({ kid }) => textOf(kid) ?? 'a key without kid')
  const expected = kids.join(', ')
  const kid = textOf(header.kid)
  const detail = { where, got: kid ?? 'no kid', expected, exchanges }
  if (kid !== undefined && !kids.includes(kid)) {
    // A resource server that takes it has its keys from elsewhere.
    return found('token_key_unknown', { ...detail, level: accepted ? 'warning' : 'error' })
  }
  const isSigned = await verifies(session.accessToken, keys, header as CompactJWSHeaderParameters)
  if (!isSigned) found('token_signature_wrong', detail)
}

function publishedKeys({ status, json }: Answer) {
  const { keys } = membersOf(json)
  if (status !== 200 || !Array.isArray(keys)) return undefined
  const listed = keys.filter(isObject)
  return listed.length > 0 ? listed : undefined
}

function keysInShort({ status, headers, json }: Answer): string {
  if (status === 200 && Array.isArray(membersOf(json).keys)) return 'an empty set'
  return `HTTP ${status} ${headers.get('content-type') ?? 'without a type'}`
}

async function verifies(
  token: string,
  keys: readonly object[],
  { kid }: CompactJWSHeaderParameters,
): Promise<boolean> {
  // A key set of one that names no key id is what the token means.
  const wanted = kid === undefined ? keys.map(({ kid: _, ...key }: { kid?: unknown }) => key) : keys
  const find = createLocalJWKSet({ keys: wanted as never })
  try {
    await compactVerify(token, find)
    return true
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return verifiesAny(token, error)
    return false
  }
}

async function verifiesAny(
  token: string,
  matching: InstanceType<typeof errors.JWKSMultipleMatchingKeys>,
): Promise<boolean> {
  for await (const key of matching) {
    const good = await compactVerify(token, key).catch(() => undefined)
    if (good) return true
  }
  return false
}
