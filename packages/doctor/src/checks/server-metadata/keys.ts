import type { Examination } from '../../examination.ts'
import { isObject } from '../../json.ts'
import { fetchDocument } from '../document.ts'

/** Secret members of keys (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']

/** Looks at the key set, which is for everybody. */
export async function tellKeys({ ask, found }: Examination, jwksUri: string): Promise<void> {
  if (!/^https?:$/.test(URL.parse(jwksUri)?.protocol ?? '')) return
  const { document, got, exchanges } = await fetchDocument(ask, jwksUri)
  const keys = Array.isArray(document?.keys) ? document.keys.filter(isObject) : []
  const detail = { where: jwksUri, exchanges }
  if (keys.length === 0) {
    found('keys_not_found', { ...detail, got, expected: '{"keys": […]}' })
    return
  }
  const secret = secretMembers.filter((name) => keys.some((key) => Object.hasOwn(key, name)))
  if (secret.length > 0) {
    // The exchange would carry the keys on into reports.
    const members = `members ${secret.join(', ')}`
    found('private_keys_published', { where: jwksUri, got: members, expected: 'public keys' })
  }
}
