import type { IncomingMessage } from 'node:http'

/** How an access token is presented: by whoever has it, or together with proof of a key (RFC 9449 section 7.1). */
export type Scheme = 'Bearer' | 'DPoP'

export type Credentials =
  | { readonly kind: 'token'; readonly scheme: Scheme; readonly token: string }
  | { readonly kind: 'malformed'; readonly scheme: Scheme }
  | { readonly kind: 'none' }

/** Reads the `Authorization` header. Schemes other than the two count as none: what they prove is nothing to this server. */
export function readCredentials({ headersDistinct }: IncomingMessage): Credentials {
  const values = headersDistinct.authorization ?? []
  const [, name, rest] = /^(bearer|dpop)(?:\s+(.*))?$/i.exec(values[0]?.trim() ?? '') ?? []
  const scheme = name?.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer'
  if (values.length > 1) return { kind: 'malformed', scheme }
  if (name === undefined) return { kind: 'none' }
  const isToken = rest !== undefined && /^[\w\-.~+/]+=*$/.test(rest)
  return isToken ? { kind: 'token', scheme, token: rest } : { kind: 'malformed', scheme }
}
