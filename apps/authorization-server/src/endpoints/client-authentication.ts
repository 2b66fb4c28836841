import { randomBytes } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import { standInSecret, verifyClientSecret } from '../clients/client-secrets.ts'
import { findClient } from '../clients/clients.ts'

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

/**
 * Verifies a presented client secret against its argon2id hash and puts the stand-in in its place that the provider compares
 * with. A wrong secret is replaced as well: what a client sends never meets the stand-in by chance.
 *
 * @returns the `Authorization` header to go on with
 */
export async function swapClientSecret(
  database: Database,
  request: Request,
): Promise<string | undefined> {
  const presented = presentedClient(request)
  if (presented?.secret === undefined) return request.authorization
  const { clientId, secret, method } = presented
  const client = await findClient(database, clientId)
  if (!client?.secretHash) return request.authorization
  const isRight = await verifyClientSecret(secret, client.secretHash)
  const replacement = isRight
    ? standInSecret(clientId, client.secretHash)
    : randomBytes(32).toString('base64url')
  if (method === 'basic') return formatBasic(clientId, replacement)
  request.parameters.set('client_secret', replacement)
  return request.authorization
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
