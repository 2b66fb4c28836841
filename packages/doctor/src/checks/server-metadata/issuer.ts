import type { Examination } from '../../examination.ts'
import type { Resource } from '../../servers.ts'
import type { FetchedDocument } from '../document.ts'

/** Compares the issuer of the metadata with the one that the resource names, by characters (RFC 8414 section 3.3). */
export function tellIssuer(
  { found }: Examination,
  used: FetchedDocument,
  { issuer, resource }: { issuer: string | undefined; resource: Resource },
): void {
  const expected = resource.issuer
  const detail = { where: `${used.url}, issuer`, expected, exchanges: used.exchanges }
  if (issuer === undefined) {
    found('issuer_missing', { ...detail, got: JSON.stringify(used.document?.issuer) ?? 'none' })
  } else if (issuer !== expected) {
    const unslashed = (url: string) => url.replace(/\/$/, '')
    const id =
      unslashed(issuer) === unslashed(expected) ? 'issuer_trailing_slash' : 'issuer_mismatch'
    // Where no metadata of the resource names it, the origin is a guess, and clients of that time do not compare.
    const guessed = resource.metadata?.authorization_servers?.[0] === undefined
    found(id, { ...detail, got: issuer, ...(guessed && { level: 'warning', breaks: [] }) })
  }
}
