import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import { type PersonaName, personaNames, personas } from '@neonpanel/personas/catalogue'
import { sameResource } from '@neonpanel/personas/engine/discovery'
import type { Examination } from '../../examination.ts'
import type { FetchedDocument } from '../document.ts'

/** Compares the resource of the metadata with the URL that was entered (RFC 9728 section 3.3). */
export function tellIdentity(
  { mcpUrl, found }: Examination,
  used: FetchedDocument,
  resource: string | undefined,
): void {
  const detail = { where: `${used.url}, resource`, expected: mcpUrl, exchanges: used.exchanges }
  if (resource === undefined) {
    const got = JSON.stringify(used.document?.resource) ?? 'none'
    found('resource_missing', { ...detail, got })
    return
  }
  if (resource === mcpUrl) return
  const told = URL.parse(resource)
  const entered = new URL(mcpUrl)
  const seen = { ...detail, got: resource, breaks: refusing(resource, mcpUrl) }
  if (!told) found('resource_mismatch', seen)
  // Without a path both spellings are one URL: who compares URLs does not notice (RFC 3986 section 6.2.3).
  else if (told.href === entered.href)
    found('resource_trailing_slash', { ...seen, level: 'warning' })
  else if (isLoopbackUrl(resource) && !isLoopbackUrl(mcpUrl)) found('resource_local', seen)
  else if (told.host === entered.host && told.protocol !== entered.protocol) {
    found('resource_scheme_mismatch', seen)
  } else if (told.origin !== entered.origin) found('resource_mismatch', seen)
  else if (unslashed(told) === unslashed(entered)) found('resource_trailing_slash', seen)
  else if (told.pathname === '/') found('resource_without_path', seen)
  else found('resource_mismatch', seen)
}

const unslashed = ({ pathname, search }: URL) => pathname.replace(/\/$/, '') + search

/** The clients that stop at this resource. */
function refusing(resource: string, mcpUrl: string): PersonaName[] {
  return personaNames.filter((name) => {
    const persona = personas[name]
    const stops = persona.discovery.onOtherResource === 'stop'
    return stops && !sameResource(persona, resource, mcpUrl)
  })
}
