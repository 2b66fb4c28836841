import type { Database } from '@neonpanel/database/open'
import Provider from 'oidc-provider'
import { findStoredSource, type KnownClient, type StoredSource } from './grant-facts.ts'
import { keyOf, type RecordKey } from './stored-records.ts'

interface Reading {
  readonly at: RecordKey
  readonly source: StoredSource | undefined
}

const readings = new WeakMap<object, Reading>()

/**
 * The client that a token request speaks for. The provider asks for it first, and for the code or refresh token next:
 * what is presented is read here already, because its grant names the client. Nothing outlives the request.
 *
 * @returns undefined when the request presents nothing of this client's; `client` is undefined where the directory does not
 *   know it
 */
export async function readPresentedSource(
  database: Database,
  clientId: string,
): Promise<{ client: KnownClient | undefined } | undefined> {
  const at = presentedKey()
  if (!Provider.ctx || !at) return undefined
  const source = await findStoredSource(database, at)
  readings.set(Provider.ctx, { at, source })
  return source?.facts?.clientId === clientId ? source : undefined
}

/** What was read of the presented code or refresh token; once, since whoever looks again wants to know what it is by then. */
export async function takePresentedSource(
  database: Database,
  at: RecordKey,
): Promise<StoredSource | undefined> {
  const reading = Provider.ctx && readings.get(Provider.ctx)
  if (reading?.at.kind !== at.kind || reading.at.idHash !== at.idHash) {
    return findStoredSource(database, at)
  }
  readings.delete(Provider.ctx!)
  return reading.source
}

function presentedKey(): RecordKey | undefined {
  const { route, params } = Provider.ctx?.oidc ?? {}
  if (route !== 'token' || !params) return undefined
  const { grant_type: grantType, code, refresh_token: refreshToken } = params
  if (grantType === 'authorization_code' && typeof code === 'string') {
    return keyOf('AuthorizationCode', code)
  }
  if (grantType === 'refresh_token' && typeof refreshToken === 'string') {
    return keyOf('RefreshToken', refreshToken)
  }
  return undefined
}
