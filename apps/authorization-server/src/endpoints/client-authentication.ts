import { randomBytes } from 'node:crypto'
import { resourceServerClientId } from '@neonpanel/contracts/introspection-credentials'
import type { Database } from '@neonpanel/database/open'
import { standInSecret, verifyClientSecret, wasVerified } from '../clients/client-secrets.ts'
import { findClient } from '../clients/clients.ts'
import { clientSecretPause } from '../throttling/oauth-failures.ts'

/** How a client says who it is in a request (RFC 6749 section 2.3.1). */
export interface PresentedClient {
  readonly clientId: string
  readonly secret: string | undefined
  readonly method: 'basic' | 'post' | 'none'
}

interface Request {
  readonly parameters: URLSearchParams
  readonly authorization: string | undefined
}

/** Undefined when the client says nothing about itself, or nothing readable; the provider answers that. */
export function presentedClient({
  parameters,
  authorization,
}: Request): PresentedClient | undefined {
  if (authorization !== undefined) return parseBasic(authorization)
  const clientId = parameters.get('client_id')
  if (!clientId) return undefined
  const secret = parameters.get('client_secret') ?? undefined
  return { clientId, secret, method: secret === undefined ? 'none' : 'post' }
}

/** With the `Authorization` header to go on with, or for how long secrets of this client have to wait. */
export type SwappedSecret =
  | { ok: true; authorization: string | undefined }
  | { ok: false; pauseSeconds: number }

/**
 * Verifies a presented client secret against its argon2id hash and puts the stand-in in its place that the provider compares
 * with. A wrong secret is replaced as well: what a client sends never meets the stand-in by chance. After too many wrong ones
 * none is looked at any more, except one that was found right before: guessing locks no client out.
 *
 * @param address where the request comes from
 */
export async function swapClientSecret(
  database: Database,
  request: Request,
  address: string,
): Promise<SwappedSecret> {
  const unchanged = { ok: true, authorization: request.authorization } as const
  const presented = presentedClient(request)
  if (presented?.secret === undefined) return unchanged
  // Its secret is derived and in no table.
  if (presented.clientId === resourceServerClientId) return unchanged
  const { clientId, secret, method } = presented
  const client = await findClient(database, clientId)
  if (!client?.secretHash) return unchanged
  const pauseSeconds = clientSecretPause(database, clientId, address)
  if (pauseSeconds > 0 && !wasVerified(secret, client.secretHash)) {
    return { ok: false, pauseSeconds }
  }
  const isRight = await verifyClientSecret(secret, client.secretHash)
  const replacement = isRight
    ? standInSecret(clientId, client.secretHash)
    : randomBytes(32).toString('base64url')
  if (method === 'basic') return { ok: true, authorization: formatBasic(clientId, replacement) }
  request.parameters.set('client_secret', replacement)
  return unchanged
}

function parseBasic(authorization: string): PresentedClient | undefined {
  const encoded = /^basic ([\w+/]+=*)$/i.exec(authorization)?.[1]
  if (!encoded) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon === -1) return undefined
  try {
    const clientId = decodeFormValue(text.slice(0, colon))
    const secret = decodeFormValue(text.slice(colon + 1))
    return { clientId, secret, method: 'basic' }
  } catch {
    return undefined
  }
}

function formatBasic(clientId: string, secret: string): string {
  const text = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`
  return `Basic ${Buffer.from(text).toString('base64')}`
}

function decodeFormValue(value: string): string {
  return decodeURIComponent(value.replaceAll('+', '%20'))
}
