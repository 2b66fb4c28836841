import type { Examination } from '../examination.ts'
import { textOf, textsOf } from '../json.ts'
import type { Entry, Resource } from '../servers.ts'
import { type FetchedDocument, fetchDocument, mostTelling } from './document.ts'
import { tellIdentity } from './resource-metadata/identity.ts'
import { tellMembers } from './resource-metadata/members.ts'
import { pathMetadataUrl, rootMetadataUrl } from './resource-metadata/places.ts'
import { serverMetadataUrls } from './server-metadata/forms.ts'

/** @returns undefined when nothing tells where the authorization server is */
export async function examineResourceMetadata(
  examination: Examination,
  entry: Entry,
): Promise<Resource | undefined> {
  const { mcpUrl, ask } = examination
  const challenge = entry.kind === 'protected' ? entry.challenge : undefined
  const named = URL.canParse(challenge?.resourceMetadata ?? '')
    ? challenge?.resourceMetadata
    : undefined
  const [pathUrl, rootUrl] = [pathMetadataUrl(mcpUrl), rootMetadataUrl(mcpUrl)]
  const urls = [...new Set([...(named ? [named] : []), pathUrl, rootUrl])]
  const read = await Promise.all(urls.map((url) => fetchDocument(ask, url)))
  const at = (url: string | undefined) => read.find((one) => one.url === url)
  const places = { named: at(named), path: at(pathUrl)!, root: at(rootUrl)! }
  const used = read.find(({ state }) => state === 'found')
  if (!used?.document) return withoutMetadata(examination, read, named !== undefined)
  tellPlaces(examination, places, used)
  const { document } = used
  const metadata = {
    resource: textOf(document.resource),
    authorization_servers: Array.isArray(document.authorization_servers)
      ? textsOf(document.authorization_servers)
      : undefined,
    scopes_supported: listOf(document.scopes_supported),
    bearer_methods_supported: listOf(document.bearer_methods_supported),
  }
  tellIdentity(examination, used, metadata.resource)
  const issuer = await tellMembers(examination, used, { metadata, challenge })
  return issuer === undefined ? undefined : { url: used.url, metadata, issuer }
}

const listOf = (value: unknown) => (Array.isArray(value) ? textsOf(value) : undefined)

const ids = {
  page: 'resource_metadata_is_page',
  guarded: 'resource_metadata_guarded',
  unreadable: 'resource_metadata_unreadable',
  failing: 'resource_metadata_fails',
  absent: 'resource_metadata_missing',
  found: 'resource_metadata_missing',
} as const

/** Clients take the origin for the issuer then (MCP 2025-03-26); where that is one and no challenge promises more, old and new clients get in. */
async function withoutMetadata(
  { mcpUrl, ask, found }: Examination,
  read: readonly FetchedDocument[],
  challenged: boolean,
): Promise<Resource | undefined> {
  const { origin } = new URL(mcpUrl)
  const forms = await Promise.all(serverMetadataUrls(origin).map((url) => fetchDocument(ask, url)))
  const fallback = forms.find(({ document }) => document?.token_endpoint !== undefined)
  const told = mostTelling(read)!
  found(ids[told.state], {
    where: told.url,
    got: told.got,
    expected: pathMetadataUrl(mcpUrl),
    exchanges: [...read.flatMap(({ exchanges }) => exchanges), ...(fallback?.exchanges ?? [])],
    ...(fallback && told.state === 'absent' && !challenged && { level: 'warning', breaks: [] }),
  })
  return fallback && { url: undefined, metadata: undefined, issuer: origin }
}

interface Places {
  readonly named: FetchedDocument | undefined
  readonly path: FetchedDocument
  readonly root: FetchedDocument
}

function tellPlaces({ found }: Examination, places: Places, used: FetchedDocument): void {
  const { named, path, root } = places
  const told = (place: FetchedDocument, expected: string) => {
    const { url, got, exchanges } = place
    return { where: url, got, expected, exchanges }
  }
  if (named && named !== used) {
    const id = named.state === 'absent' ? 'challenged_metadata_not_found' : ids[named.state]
    found(id, told(named, used.url))
  }
  if (path.state !== 'found' && path !== named && path !== root) {
    found('resource_metadata_not_at_path', told(path, 'the document of the resource'))
  }
  if (root.state !== 'found' && root !== named && root !== path) {
    found('resource_metadata_not_at_root', told(root, 'the document of the resource'))
  }
  if (used.redirectedTo !== undefined) {
    found('resource_metadata_redirects', told(used, '200 with the document'))
  }
  if (used.oddType !== undefined) {
    found('resource_metadata_type', { ...told(used, 'application/json'), got: used.oddType })
  }
  tellDisagreement({ found }, path, used)
}

function tellDisagreement(
  { found }: Pick<Examination, 'found'>,
  path: FetchedDocument,
  used: FetchedDocument,
): void {
  if (path === used || !path.document) return
  const differing = ['resource', 'authorization_servers'].filter(
    (name) => JSON.stringify(path.document?.[name]) !== JSON.stringify(used.document?.[name]),
  )
  if (differing.length === 0) return
  const saying = ({ url, document }: FetchedDocument) =>
    `${url}: ${differing.map((name) => `${name} ${JSON.stringify(document?.[name])}`).join(', ')}`
  found('resource_metadata_disagrees', {
    where: differing.join(', '),
    got: `${saying(used)}; ${saying(path)}`,
    expected: 'the same values at both places',
    exchanges: [...used.exchanges, ...path.exchanges],
  })
}
