import { decodeJwt, decodeProtectedHeader } from 'jose'

/** What a signed token says, unverified. */
export function contentsOf(token: string) {
  return { header: decodeProtectedHeader(token), claims: decodeJwt<Record<string, unknown>>(token) }
}

/** The scopes of a token or of an answer, sorted. */
export function scopesOf(scope: unknown): string[] {
  return String(scope ?? '')
    .split(' ')
    .filter(Boolean)
    .sort()
}
