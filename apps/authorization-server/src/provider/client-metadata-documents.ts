import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { Database } from '@neonpanel/database/open'
import type { Context } from 'koa'
import Provider, { type Configuration, errors } from 'oidc-provider'
import type { Agent, RequestInit } from 'undici'
import type { Config } from '../config.ts'
import { documentFetches } from '../throttling/document-fetches.ts'
import { counterKey, failureCounter } from '../throttling/failure-counter.ts'
import { failureLimits } from '../throttling/limits.ts'
import type { DocumentHosts } from './document-hosts.ts'
import { DocumentProblem, documentReason } from './document-problem.ts'
import { explainRefusal, type RefusalReason } from './refusal-reason.ts'
import { isSpecialUse } from './special-use-addresses.ts'

/** Bytes of a metadata document, after the draft's recommendation, and of a client's key set. */
export const bodyLimits = {
  'client_id metadata document': 5_120,
  jwks_uri: 65_536,
  sector_identifier_uri: 1,
}

const rememberedFailureMs = 60_000
const rememberedLimit = 1_000

/** The fetch has to wait: too many failed at that host, or by that address. */
class TooManyFetches extends errors.OIDCProviderError {
  override readonly error_description = 'too many client metadata documents could not be fetched'

  constructor() {
    super(429, 'temporarily_unavailable')
  }
}

/**
 * Clients that are known by an https URL, at which their metadata lies (Client ID Metadata Documents, draft-02). The
 * documents and the key sets they name are fetched from the public internet only: an address of special use is refused
 * before a connection is made.
 *
 * @param hosts those that a test serves itself
 */
export function clientMetadataDocuments(
  { isLocal }: Pick<Config, 'isLocal'>,
  database: Database,
  hosts?: DocumentHosts,
) {
  const failures = new Map<string, { untilMs: number; reason: RefusalReason }>()
  const documents = new Set<string>()
  const addresses = { loopbackAllowed: isLocal }
  const outside = guardedOutside(addresses, hosts)
  const fetches = documentFetches(database)
  const keySets = failureCounter(database, failureLimits.keySet)

  const allowFetch = async (ctx: Context | undefined, clientId: string): Promise<boolean> => {
    if (!isDocumentUrl(clientId, addresses)) {
      explainRefusal(ctx, urlProblem(clientId, addresses))
      return false
    }
    // A test that serves the host itself may put another document there at once.
    const isOutside = !hosts?.has(new URL(clientId).hostname)
    const failure = isOutside ? failures.get(clientId) : undefined
    if (failure && failure.untilMs > Date.now()) {
      explainRefusal(ctx, failure.reason)
      return false
    }
    // The provider looks once more for a client that it did not find, to answer the error.
    if (ctx?.state.documentFetch) return false
    const pause = ctx ? await fetches.begin(ctx, clientId) : 0
    if (pause > 0) {
      ctx?.set('Retry-After', String(pause))
      throw new TooManyFetches()
    }
    remember(documents, clientId)
    return true
  }

  const fetchDocument = async (href: string, request: RequestInit): Promise<Response> => {
    try {
      return await readDocument(await outside.fetch(href, request), href)
    } catch (error) {
      const reason = documentReason(error)
      explainRefusal(Provider.ctx, reason)
      if (failures.size >= rememberedLimit) failures.clear()
      failures.set(href, { untilMs: Date.now() + rememberedFailureMs, reason })
      throw error
    }
  }

  const fetchKeySet = async (href: string, request: RequestInit): Promise<Response> => {
    const key = counterKey(href)
    if (keySets.pauseSeconds(key) > 0) throw new Error('the key set failed too often')
    let isGood = false
    try {
      const response = await outside.fetch(href, request)
      isGood = response.status === 200
      return response
    } finally {
      if (!isGood) await keySets.failed(key)
    }
  }

  const guardedFetch = async (url: string | URL, options?: RequestInit): Promise<Response> => {
    const href = String(url)
    if (isForbiddenLiteral(new URL(href).hostname, addresses)) {
      throw new Error('an address of special use is not fetched from')
    }
    const request = { ...options, redirect: 'manual' } as const
    return documents.has(href) ? fetchDocument(href, request) : fetchKeySet(href, request)
  }
  return {
    fetch: guardedFetch as NonNullable<Configuration['fetch']>,
    feature: {
      enabled: true,
      ack: 'draft-02',
      allowFetch,
      allowClient: async (ctx: Context | undefined) => {
        if (ctx) await fetches.succeeded(ctx)
        return true
      },
      cacheDuration: { min: 60, max: 86_400 },
    },
    async close() {
      hosts?.clear()
      await outside.close()
    },
  }
}

/** Fetches from the public internet only. Its library is loaded by the first fetch: most starts see none. */
function guardedOutside(addresses: { loopbackAllowed: boolean }, hosts?: DocumentHosts) {
  let opened: Promise<{ dispatcher: Agent; fetch: typeof import('undici').fetch }> | undefined
  const open = async () => {
    const { Agent, fetch } = await import('undici')
    return { dispatcher: new Agent({ connect: { lookup: guardedLookup(addresses) } }), fetch }
  }
  return {
    async fetch(href: string, request: RequestInit): Promise<Response> {
      opened ??= open()
      const { dispatcher: guarded, fetch } = await opened
      const dispatcher = (await hosts?.dispatcherFor(new URL(href).hostname)) ?? guarded
      return (await fetch(href, { ...request, dispatcher })) as unknown as Response
    },
    close: async () => (await opened)?.dispatcher.close(),
  }
}

/** A URL that may be a client id: with a path, without query, in its canonical spelling, and by name (draft section 3). */
export function isDocumentUrl(clientId: string, addresses: { loopbackAllowed: boolean }): boolean {
  if (!URL.canParse(clientId)) return false
  const { protocol, pathname, search, hostname, href } = new URL(clientId)
  if (protocol !== 'https:' || href !== clientId || search || pathname === '/') return false
  if (hostname === 'localhost') return addresses.loopbackAllowed
  return hostname.includes('.') && isIP(hostname) === 0
}

function urlProblem(clientId: string, addresses: { loopbackAllowed: boolean }): RefusalReason {
  const got = URL.parse(clientId)?.hostname
  if (got !== undefined && isForbiddenLiteral(got, addresses)) {
    return { reason: 'document_forbidden_address', got, expected: 'a public address' }
  }
  return { reason: 'document_url_invalid', got: clientId.slice(0, 300) }
}

/**
 * The answer as the provider takes it: JSON with the members that MCP requires, and without a shared secret, which a public
 * document cannot hold.
 */
export async function readDocument(response: Response, href?: string): Promise<Response> {
  if (response.status !== 200) {
    throw new DocumentProblem(`the document answered ${response.status}`, {
      reason: 'document_unreachable',
      got: `status ${response.status}`,
      expected: 'status 200',
    })
  }
  const type = response.headers.get('content-type') ?? ''
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    throw new DocumentProblem('the document is no JSON', {
      reason: 'document_not_json',
      got: type.slice(0, 100) || 'no Content-Type',
      expected: 'application/json',
    })
  }
  const document = JSON.parse(await readText(response, bodyLimits['client_id metadata document']))
  if (href !== undefined && document?.client_id !== href) {
    // The provider refuses it.
    explainRefusal(Provider.ctx, {
      reason: 'document_client_id_mismatch',
      got: String(document?.client_id ?? 'none').slice(0, 300),
      expected: href,
    })
  }
  const { client_name: name, redirect_uris: redirectUris } = document
  if (typeof name !== 'string' || !name.trim()) throw missing('client_name')
  if (!Array.isArray(redirectUris) || redirectUris.length === 0) throw missing('redirect_uris')
  if (document.token_endpoint_auth_methods_supported === undefined) {
    document.token_endpoint_auth_method ??= 'none'
  }
  return new Response(JSON.stringify(document), { headers: cacheHeaders(response) })
}

function missing(member: string): DocumentProblem {
  const got = `${member} is missing`
  return new DocumentProblem(got, { reason: 'document_invalid', got })
}

async function readText(response: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > limit) {
      throw new DocumentProblem('the document is too long', {
        reason: 'document_too_large',
        got: `more than ${limit} bytes`,
        expected: `${limit} bytes`,
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function cacheHeaders({ headers }: Response): Record<string, string> {
  const kept = ['cache-control', 'expires'].flatMap((name) => {
    const value = headers.get(name)
    return value ? [[name, value] as const] : []
  })
  return { 'content-type': 'application/json', ...Object.fromEntries(kept) }
}

function isForbiddenLiteral(hostname: string, addresses: { loopbackAllowed: boolean }): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  return isIP(address) !== 0 && isSpecialUse(address, addresses)
}

/** Resolves a name, and refuses it when any of its addresses is of special use. */
function guardedLookup(addresses: { loopbackAllowed: boolean }): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, [])
      if (found.length === 0 || found.some(({ address }) => isSpecialUse(address, addresses))) {
        const got = found.map(({ address }) => address).join(' ')
        const reason = { reason: 'document_forbidden_address', got, expected: 'a public address' }
        const message = `${hostname} is at an address of special use`
        return done(new DocumentProblem(message, reason), [])
      }
      if (options.all) return done(null, found)
      done(null, found[0]!.address, found[0]!.family)
    })
  }
}

function remember(documents: Set<string>, url: string): void {
  if (documents.size >= rememberedLimit) documents.clear()
  documents.add(url)
}

export type ClientMetadataDocuments = ReturnType<typeof clientMetadataDocuments>
