import type { IncomingMessage } from 'node:http'

/** How an access token is presented: by whoever has it, or together with proof of a key (RFC 9449 section 7.1). */
export type Scheme = 'Bearer' | 'DPoP'

export type Credentials =
  | { readonly kind: 'token'; readonly scheme: Scheme; readonly token: string }
  | { readonly kind: 'malformed'; readonly scheme: Scheme }
  | { readonly kind: 'none' }

/** Reads the `Authorization` header. Schemes other than the two count as none: what they prove is nothing to this server. */
export function readCredentials({ headers, rawHeaders }: IncomingMessage): Credentials {
  const value = headers.authorization
  if (value === undefined) return { kind: 'none' }
  const [, name, rest] = /^(bearer|dpop)(?:\s+(.*))?$/i.exec(value.trim()) ?? []
  const scheme = name?.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer'
  if (rawHeaders.filter(isAuthorization).length > 1) return { kind: 'malformed', scheme }
  if (name === undefined) return { kind: 'none' }
  const isToken = rest !== undefined && /^[\w\-.~+/]+=*$/.test(rest)
  return isToken ? { kind: 'token', scheme, token: rest } : { kind: 'malformed', scheme }
}

/** Of names and values in turn, the names; Node itself keeps only the first of several. */
function isAuthorization(text: string, index: number): boolean {
  return index % 2 === 0 && text.length === 13 && text.toLowerCase() === 'authorization'
}
