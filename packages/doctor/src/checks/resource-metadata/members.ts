import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import type { Examination } from '../../examination.ts'
import type { Challenge, ResourceMetadata } from '../../servers.ts'
import { type FetchedDocument, fetchDocument } from '../document.ts'
import { serverMetadataUrls } from '../server-metadata/forms.ts'

interface Told {
  readonly metadata: ResourceMetadata
  readonly challenge: Challenge | undefined
}

/** @returns the issuer that clients go on with; undefined when there is none */
export async function tellMembers(
  examination: Examination,
  used: FetchedDocument,
  { metadata, challenge }: Told,
): Promise<string | undefined> {
  const { found } = examination
  const detail = (name: string) => ({
    where: `${used.url}, ${name}`,
    got: JSON.stringify(used.document?.[name]) ?? 'none',
    exchanges: used.exchanges,
  })
  const issuer = await issuerOf(examination, metadata, detail('authorization_servers'))
  const scopes = metadata.scopes_supported
  if (!scopes?.length && !challenge?.scope?.length) {
    found('resource_scopes_unsaid', { ...detail('scopes_supported'), expected: 'the scopes of it' })
  }
  if (scopes?.some((scope) => scope === 'openid' || scope === 'offline_access')) {
    const expected = 'scopes of the resource alone'
    found('resource_scopes_of_sign_in', { ...detail('scopes_supported'), expected })
  }
  const methods = metadata.bearer_methods_supported
  if (methods && !methods.includes('header')) {
    found('bearer_header_not_offered', {
      ...detail('bearer_methods_supported'),
      expected: '["header"]',
    })
  }
  return issuer
}

async function issuerOf(
  { mcpUrl, ask, found }: Examination,
  { authorization_servers }: ResourceMetadata,
  detail: { readonly where: string; readonly got: string },
): Promise<string | undefined> {
  const [issuer, ...others] = authorization_servers ?? []
  const { origin } = new URL(mcpUrl)
  if (issuer === undefined) {
    const forms = await Promise.all(
      serverMetadataUrls(origin).map((url) => fetchDocument(ask, url)),
    )
    found('authorization_servers_missing', { ...detail, expected: '["https://…"]' })
    const own = forms.some(({ document }) => document?.token_endpoint !== undefined)
    return own ? origin : undefined
  }
  const expected = 'an https URL'
  if (!/^https?:$/.test(URL.parse(issuer)?.protocol ?? '')) {
    found('authorization_server_invalid', { ...detail, expected })
    return undefined
  }
  if (isLoopbackUrl(issuer) && !isLoopbackUrl(mcpUrl)) {
    found('authorization_server_local', { ...detail, expected })
  } else if (issuer.startsWith('http:') && mcpUrl.startsWith('https:')) {
    found('authorization_server_http', { ...detail, expected })
  }
  if (others.length > 0) {
    found('authorization_servers_several', { ...detail, expected: 'one, or the right one first' })
  }
  return issuer
}
