import type { Examination } from '../examination.ts'
import { type Members, textOf, textsOf } from '../json.ts'
import type { AuthorizationServer, Resource, ServerMetadata } from '../servers.ts'
import { type FetchedDocument, fetchDocument, mostTelling } from './document.ts'
import { tellEndpoints } from './server-metadata/endpoints.ts'
import { misplacedMetadataUrls, serverMetadataUrls } from './server-metadata/forms.ts'
import { tellIssuer } from './server-metadata/issuer.ts'
import { tellKeys } from './server-metadata/keys.ts'
import { tellOffers } from './server-metadata/offers.ts'

/** @returns undefined when there is no document, or one without endpoints */
export async function examineServerMetadata(
  examination: Examination,
  resource: Resource,
): Promise<AuthorizationServer | undefined> {
  const { ask } = examination
  const { issuer } = resource
  const forms = await Promise.all(serverMetadataUrls(issuer).map((url) => fetchDocument(ask, url)))
  const used = forms.find(({ state }) => state === 'found')
  if (!used?.document) {
    await withoutMetadata(examination, issuer, forms)
    return undefined
  }
  const metadata = metadataOf(used.document)
  tellIssuer(examination, used, { issuer: metadata.issuer, resource })
  tellForms(examination, forms, used)
  tellEndpoints(examination, used, issuer)
  tellOffers(examination, used, { metadata, resource })
  if (metadata.jwks_uri !== undefined) await tellKeys(examination, metadata.jwks_uri)
  if (!metadata.authorization_endpoint || !metadata.token_endpoint) return undefined
  return { issuer, url: used.url, metadata, document: used.document }
}

const flagOf = (value: unknown) => (typeof value === 'boolean' ? value : undefined)
const listOf = (value: unknown) => (Array.isArray(value) ? textsOf(value) : undefined)

function metadataOf(document: Members): ServerMetadata {
  return {
    issuer: textOf(document.issuer),
    authorization_endpoint: textOf(document.authorization_endpoint),
    token_endpoint: textOf(document.token_endpoint),
    registration_endpoint: textOf(document.registration_endpoint),
    revocation_endpoint: textOf(document.revocation_endpoint),
    device_authorization_endpoint: textOf(document.device_authorization_endpoint),
    jwks_uri: textOf(document.jwks_uri),
    scopes_supported: listOf(document.scopes_supported),
    response_types_supported: listOf(document.response_types_supported),
    grant_types_supported: listOf(document.grant_types_supported),
    code_challenge_methods_supported: listOf(document.code_challenge_methods_supported),
    token_endpoint_auth_methods_supported: listOf(document.token_endpoint_auth_methods_supported),
    client_id_metadata_document_supported: flagOf(document.client_id_metadata_document_supported),
    authorization_response_iss_parameter_supported: flagOf(
      document.authorization_response_iss_parameter_supported,
    ),
  }
}

const ids = {
  page: 'server_metadata_is_page',
  guarded: 'server_metadata_guarded',
  unreadable: 'server_metadata_unreadable',
  failing: 'server_metadata_fails',
  absent: 'server_metadata_missing',
  found: 'server_metadata_missing',
} as const

async function withoutMetadata(
  { ask, found }: Examination,
  issuer: string,
  forms: readonly FetchedDocument[],
): Promise<void> {
  const [expected] = serverMetadataUrls(issuer)
  const elsewhere = await Promise.all(
    misplacedMetadataUrls(issuer).map((url) => fetchDocument(ask, url)),
  )
  const misplaced = elsewhere.find(({ document }) => document?.issuer === issuer)
  const exchanges = forms.flatMap((form) => form.exchanges)
  if (misplaced) {
    const shown = [...exchanges, ...misplaced.exchanges]
    const detail = { where: misplaced.url, got: `a document at ${misplaced.url}` }
    found('server_metadata_misplaced', { ...detail, expected, exchanges: shown })
    return
  }
  const told = mostTelling(forms)!
  const due = told.state === 'absent' ? expected : '200 with the document as JSON'
  found(ids[told.state], { where: told.url, got: told.got, expected: due, exchanges })
}

/** Members by which clients would see two servers. */
const telling = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'code_challenge_methods_supported',
  'client_id_metadata_document_supported',
]

function tellForms(
  { found }: Examination,
  forms: readonly FetchedDocument[],
  used: FetchedDocument,
): void {
  const { url, got, exchanges } = used
  if (used.redirectedTo !== undefined) {
    found('server_metadata_redirects', { where: url, got, expected: '200', exchanges })
  }
  if (used.oddType !== undefined) {
    const expected = 'application/json'
    found('server_metadata_type', { where: url, got: used.oddType, expected, exchanges })
  }
  if (used !== forms[0]) {
    const expected = forms[0]?.url
    found('only_openid_metadata', { where: url, got: forms[0]?.got, expected, exchanges })
  }
  const broken = forms.find((form) => form !== used && !['found', 'absent'].includes(form.state))
  if (broken && forms[0] === broken) {
    // Clients that ask for this form first do not all go on to the next one.
    const detail = { where: broken.url, got: broken.got, expected: 'the document, or 404' }
    found(ids[broken.state], { ...detail, exchanges: broken.exchanges, level: 'warning' })
  }
  for (const other of forms) {
    if (other === used || !other.document) continue
    const differing = telling.filter(
      (name) => JSON.stringify(other.document?.[name]) !== JSON.stringify(used.document?.[name]),
    )
    if (differing.length === 0) continue
    const saying = ({ url: at, document }: FetchedDocument) =>
      `${at}: ${differing.map((name) => `${name} ${JSON.stringify(document?.[name])}`).join(', ')}`
    found('server_metadata_disagrees', {
      where: differing.join(', '),
      got: `${saying(used)}; ${saying(other)}`,
      expected: 'the same values in all forms',
      exchanges: [...exchanges, ...other.exchanges],
    })
    return
  }
}
