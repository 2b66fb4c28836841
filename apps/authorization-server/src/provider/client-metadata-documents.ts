import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { Configuration } from 'oidc-provider'
import { Agent, fetch, type RequestInit } from 'undici'
import type { Config } from '../config.ts'
import { isSpecialUse } from './special-use-addresses.ts'

/** Bytes of a metadata document, after the draft's recommendation, and of a client's key set. */
export const bodyLimits = {
  'client_id metadata document': 5_120,
  jwks_uri: 65_536,
  sector_identifier_uri: 1,
}

const rememberedFailureMs = 60_000
const fetchesPerMinute = 30
const rememberedLimit = 1_000

/**
 * Clients that are known by an https URL, at which their metadata lies (Client ID Metadata Documents, draft-02). The
 * documents and the key sets they name are fetched from the public internet only: an address of special use is refused
 * before a connection is made.
 */
export function clientMetadataDocuments({ isLocal }: Pick<Config, 'isLocal'>) {
  const failedUntil = new Map<string, number>()
  const budgets = new Map<string, { left: number; until: number }>()
  const documents = new Set<string>()
  const addresses = { loopbackAllowed: isLocal }
  const dispatcher = new Agent({ connect: { lookup: guardedLookup(addresses) } })

  const allowFetch = (clientId: string): boolean => {
    if (!isDocumentUrl(clientId, addresses)) return false
    if ((failedUntil.get(clientId) ?? 0) > Date.now()) return false
    if (!takeFromBudget(budgets, new URL(clientId).hostname)) return false
    remember(documents, clientId)
    return true
  }

  const guardedFetch = async (url: string | URL, options?: RequestInit): Promise<Response> => {
    const href = String(url)
    if (isForbiddenLiteral(new URL(href).hostname, addresses)) {
      throw new Error('an address of special use is not fetched from')
    }
    const request = { ...options, dispatcher, redirect: 'manual' } as const
    if (!documents.has(href)) return (await fetch(href, request)) as unknown as Response
    try {
      return await readDocument((await fetch(href, request)) as unknown as Response)
    } catch (error) {
      if (failedUntil.size >= rememberedLimit) failedUntil.clear()
      failedUntil.set(href, Date.now() + rememberedFailureMs)
      throw error
    }
  }
  return {
    fetch: guardedFetch as NonNullable<Configuration['fetch']>,
    feature: {
      enabled: true,
      ack: 'draft-02',
      allowFetch: (_ctx: unknown, clientId: string) => allowFetch(clientId),
      cacheDuration: { min: 60, max: 86_400 },
    },
    close: () => dispatcher.close(),
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

/**
 * The answer as the provider takes it: JSON with the members that MCP requires, and without a shared secret, which a public
 * document cannot hold.
 */
export async function readDocument(response: Response): Promise<Response> {
  if (response.status !== 200) throw new Error(`the document answered ${response.status}`)
  const type = response.headers.get('content-type') ?? ''
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) throw new Error('the document is no JSON')
  const document = JSON.parse(await readText(response, bodyLimits['client_id metadata document']))
  const { client_name: name, redirect_uris: redirectUris } = document
  if (typeof name !== 'string' || !name.trim()) throw new Error('client_name is missing')
  if (!Array.isArray(redirectUris) || redirectUris.length === 0) {
    throw new Error('redirect_uris is missing')
  }
  if (document.token_endpoint_auth_methods_supported === undefined) {
    document.token_endpoint_auth_method ??= 'none'
  }
  return new Response(JSON.stringify(document), { headers: cacheHeaders(response) })
}

async function readText(response: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > limit) throw new Error('the document is too long')
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
        return done(new Error(`${hostname} is at an address of special use`), [])
      }
      if (options.all) return done(null, found)
      done(null, found[0]!.address, found[0]!.family)
    })
  }
}

function takeFromBudget(
  budgets: Map<string, { left: number; until: number }>,
  host: string,
): boolean {
  const known = budgets.get(host)
  if (known && known.until > Date.now()) {
    known.left -= 1
    return known.left >= 0
  }
  if (budgets.size >= rememberedLimit) budgets.clear()
  budgets.set(host, { left: fetchesPerMinute - 1, until: Date.now() + 60_000 })
  return true
}

function remember(documents: Set<string>, url: string): void {
  if (documents.size >= rememberedLimit) documents.clear()
  documents.add(url)
}

export type ClientMetadataDocuments = ReturnType<typeof clientMetadataDocuments>
