import { personas } from '../catalogue.ts'
import { fillIn } from '../persona.ts'

/** What the host answers at a URL. */
export interface Served {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
  /** Never answers. */
  readonly hangs?: true
}

/** Under this name lie documents with something wrong. */
export const oddHost = 'odd-documents.test'

const odd = (name: string) => `https://${oddHost}/${name}.json`

const good = (client_id: string) => ({
  client_id,
  client_name: 'Odd document',
  redirect_uris: ['http://127.0.0.1/callback'],
  token_endpoint_auth_method: 'none',
})

/** Documents that an authorization server has to refuse, by what is wrong with them; and one that is good. */
export const oddDocuments = {
  good: { url: odd('good'), served: { body: good(odd('good')) } },
  /** The URL is a client id that somebody still uses; nothing is there any more. */
  dangling: { url: odd('dangling'), served: { status: 404, body: { error: 'not_found' } } },
  slow: { url: odd('slow'), served: { body: good(odd('slow')), hangs: true } },
  oversized: {
    url: odd('oversized'),
    served: { body: { ...good(odd('oversized')), padding: 'x'.repeat(6_000) } },
  },
  redirecting: {
    url: odd('redirecting'),
    served: { status: 302, headers: { location: odd('good') }, body: '' },
  },
  'wrong-content-type': {
    url: odd('wrong-content-type'),
    served: {
      headers: { 'content-type': 'text/html' },
      body: good(odd('wrong-content-type')),
    },
  },
  'mismatching-client-id': {
    url: odd('mismatching-client-id'),
    served: { body: good(odd('good')) },
  },
  nameless: {
    url: odd('nameless'),
    served: { body: { ...good(odd('nameless')), client_name: '' } },
  },
  'shared-secret': {
    url: odd('shared-secret'),
    served: {
      body: { ...good(odd('shared-secret')), token_endpoint_auth_method: 'client_secret_basic' },
    },
  },
  'not-json': { url: odd('not-json'), served: { body: '<!doctype html>' } },
} as const satisfies Record<string, { url: string; served: Served }>

export type OddDocument = keyof typeof oddDocuments

/** The documents of the personas, which their makers serve at the same URLs. */
export function personaDocument(url: string): Served | undefined {
  const clients = Object.values(personas)
  const exact = clients.find(({ registration }) => registration.document?.url === url)
  if (exact) return { body: { client_id: url, ...exact.registration.document?.metadata } }
  for (const { registration, redirect } of clients) {
    const { document } = registration
    if (!document) continue
    const callback_id = callbackIdIn(document.urlWithoutIss, url)
    if (callback_id === undefined) continue
    const redirect_uris = [fillIn(redirect.uriWithoutIss ?? redirect.uri, { callback_id })]
    return { body: { client_id: url, ...document.metadata, redirect_uris } }
  }
  return undefined
}

function callbackIdIn(template: string | undefined, url: string): string | undefined {
  const [before, after] = template?.split('{callback_id}') ?? []
  if (before === undefined || after === undefined) return undefined
  if (!url.startsWith(before) || !url.endsWith(after)) return undefined
  const id = url.slice(before.length, url.length - after.length)
  return /^[\w-]+$/.test(id) ? id : undefined
}

/** Names of the hosts under which the documents lie. */
export function documentHostNames(): string[] {
  const urls = Object.values(personas).flatMap(
    ({ registration }) => registration.document?.url ?? [],
  )
  return [...new Set([...urls.map((url) => new URL(url).hostname), oddHost])]
}
