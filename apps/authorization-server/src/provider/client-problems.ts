import { decodeJwt } from 'jose'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { RefusalReason } from './refusal-reason.ts'

/**
 * Why a client could not prove at the token endpoint who it is (RFC 6749 section 2.3): looked at again in the order of
 * the provider, whose one answer for all of it is invalid_client.
 *
 * @param detail the provider's own fixed text
 */
export function clientProblem(
  { oidc, headers }: KoaContextWithOIDC,
  detail: string | undefined,
): RefusalReason {
  const { client, params } = oidc
  if (!client) return { reason: 'client_unknown', got: String(params?.client_id ?? 'none') }
  const got = presentedMethod(params, headers.authorization)
  const expected = client.clientAuthMethod ?? client.tokenEndpointAuthMethod ?? 'none'
  const areSecrets = got.startsWith('client_secret') && expected.startsWith('client_secret')
  if (got !== expected && !areSecrets) {
    return { reason: 'client_authentication_method', got, expected }
  }
  if (areSecrets) return { reason: 'client_secret_wrong' }
  return assertionProblem(oidc, detail)
}

function presentedMethod(
  params: KoaContextWithOIDC['oidc']['params'],
  authorization: string | undefined,
): string {
  if (params?.client_secret) return 'client_secret_post'
  if (authorization !== undefined) return 'client_secret_basic'
  return params?.client_assertion === undefined ? 'none' : 'private_key_jwt'
}

function assertionProblem(
  oidc: KoaContextWithOIDC['oidc'],
  detail: string | undefined,
): RefusalReason {
  const invalid = { reason: 'client_assertion_invalid', ...(detail && { got: detail }) }
  try {
    const { aud, exp } = decodeJwt(String(oidc.params?.client_assertion))
    const expected = oidc.clientJwtAuthExpectedAudience()
    const audiences = [aud ?? 'none'].flat()
    if (!audiences.some((one) => expected.has(one))) {
      const reason = 'client_assertion_audience'
      return { reason, got: audiences.join(' '), expected: [...expected].join(' ') }
    }
    if (typeof exp === 'number' && exp * 1000 <= Date.now()) {
      const reason = 'client_assertion_expired'
      return { reason, got: isoTime(Date.now()), expected: isoTime(exp * 1000) }
    }
    return invalid
  } catch {
    return invalid
  }
}

const isoTime = (ms: number) => new Date(ms).toISOString()
