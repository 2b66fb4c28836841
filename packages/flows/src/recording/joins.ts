import { hash } from 'node:crypto'

/**
 * What exchanges of one flow have in common. Values that can be replayed (codes, tokens) are joined by a part of their
 * SHA-256, which is worth nothing to who reads it: they hold more than 128 random bits.
 */
export const joinBy = {
  interaction: (uid: string) => `interaction:${digest(uid)}`,
  code: (code: string) => `code:${digest(code)}`,
  accessToken: (token: string) => `token:${digest(token)}`,
  refreshToken: (token: string) => `token:${digest(token)}`,
  deviceCode: (code: string) => `device:${digest(code)}`,
  requestUri: (uri: string) => `request_uri:${digest(uri)}`,
} as const

/** Addresses of pages with a digest in place of the name that the browser's cookie holds as well. */
export function withoutPageNames(text: string): string {
  return text.replaceAll(
    /(\/(?:interaction|authorize|device)\/)([\w-]{16,})/g,
    (_, place: string, uid: string) => place + digest(uid).slice(0, 12),
  )
}

function digest(value: string): string {
  return hash('sha256', value, 'base64url').slice(0, 22)
}
