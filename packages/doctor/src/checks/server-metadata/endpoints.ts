import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import type { Examination } from '../../examination.ts'
import { textOf } from '../../json.ts'
import type { FetchedDocument } from '../document.ts'

const required = {
  authorization_endpoint: 'authorization_endpoint_missing',
  token_endpoint: 'token_endpoint_missing',
} as const

/** Members that hold the URL of an endpoint which clients or resource servers call. */
const names = [
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
  'device_authorization_endpoint',
  'jwks_uri',
]

/** Tells which endpoints lack, and which cannot be reached by their URL. One finding a kind, for all of them. */
export function tellEndpoints(
  { mcpUrl, found }: Examination,
  { url, document, exchanges }: FetchedDocument,
  issuer: string,
): void {
  for (const [name, id] of Object.entries(required)) {
    if (document?.[name] === undefined) {
      found(id, { where: `${url}, ${name}`, got: 'none', expected: 'an https URL', exchanges })
    }
  }
  const isPublic = !isLoopbackUrl(mcpUrl) && !isLoopbackUrl(issuer)
  const kindOf = (value: unknown) => {
    const endpoint = URL.parse(textOf(value) ?? '')
    if (!endpoint || !/^https?:$/.test(endpoint.protocol)) return 'endpoint_not_absolute'
    if (isPublic && isLoopbackUrl(endpoint.href)) return 'endpoint_local'
    if (endpoint.protocol === 'http:' && issuer.startsWith('https:')) return 'endpoint_http'
    return endpoint.host === new URL(issuer).host ? undefined : 'endpoint_elsewhere'
  }
  const named = names.filter((name) => document?.[name] !== undefined)
  const kinds = named.map((name) => ({ name, kind: kindOf(document?.[name]) }))
  for (const kind of [
    'endpoint_not_absolute',
    'endpoint_local',
    'endpoint_http',
    'endpoint_elsewhere',
  ] as const) {
    const of = kinds.filter((one) => one.kind === kind).map(({ name }) => name)
    if (of.length === 0) continue
    const got = of.map((name) => textOf(document?.[name]) ?? JSON.stringify(document?.[name]))
    const expected = `a URL of ${new URL(issuer).origin}`
    found(kind, { where: of.join(', '), got: got.join(', '), expected, exchanges })
  }
}
