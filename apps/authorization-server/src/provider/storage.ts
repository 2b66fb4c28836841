import { parseScope } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import Provider, {
  type Adapter,
  type AdapterFactory,
  type AdapterPayload,
  type Client,
  errors,
} from 'oidc-provider'
import { clientStorage } from './client-storage.ts'
import { keyOfPublicClient, replayError } from './dpop.ts'
import { findGrantFacts, type GrantFacts, rememberedFacts, rememberFacts } from './grant-facts.ts'
import { type RevokedBy, revokeGrant } from './grants.ts'
import { takePresentedSource } from './presented-source.ts'
import type { RefreshRotation, RotationPolicy } from './refresh-rotation.ts'
import type { AppSecrets } from './secrets.ts'
import { rememberSource } from './source-problems.ts'
import {
  keyOf,
  type RecordKey,
  type StoredRecords,
  type StoredRow,
  storedRecords,
} from './stored-records.ts'

export interface StorageOptions {
  readonly database: Database
  readonly appSecrets: AppSecrets
  /** `MCP_URL`, under which the provider keeps the resource scopes of a grant. */
  readonly mcpUrl: string
  readonly rotation: RefreshRotation
  readonly findInitialAccessToken: (token: string) => Promise<AdapterPayload | undefined>
}

/**
 * The provider's storage: one table for what lives for a while, the client directory, and tokens that are not stored at
 * all. What may be used once is consumed by a guarded update, so that the database chooses the one winner.
 */
export function createStorage(options: StorageOptions): AdapterFactory {
  const records = storedRecords(options.database, options.appSecrets)
  const ofItsOwn: Record<string, Partial<Adapter>> = {
    Client: clientStorage(options.database) as Partial<Adapter>,
    InitialAccessToken: { find: options.findInitialAccessToken },
    Grant: grantStorage(options, records),
    AuthorizationCode: sourceStorage('AuthorizationCode', options, records),
    DeviceCode: sourceStorage('DeviceCode', options, records),
    RefreshToken: refreshTokenStorage(options, records),
    ReplayDetection: replayStorage(records),
  }
  return (kind) => ({ ...recordStorage(kind, records), ...ofItsOwn[kind] })
}

function recordStorage(kind: string, records: StoredRecords): Adapter {
  const open = (row: (StoredRow & { idHash: string }) | undefined) =>
    row && records.open({ kind, idHash: row.idHash }, row)
  return {
    async find(id) {
      const at = keyOf(kind, id)
      const row = await records.find(at)
      return row && { ...records.open(at, row), jti: id }
    },
    // Whoever looks by these holds no value that could be presented; only a device code, which is saved again, has it sealed.
    findByUid: async (uid) => open(await records.findByUid(kind, uid)),
    async findByUserCode(userCode) {
      const payload = open(await records.findByUserCode(kind, userCode))
      return payload && { ...payload, userCode }
    },
    upsert: (id, payload, ttlSeconds) => records.save(keyOf(kind, id), payload, ttlSeconds),
    async consume(id) {
      if (!(await records.consume(keyOf(kind, id)))) {
        throw new errors.InvalidRequestUri('it was used before')
      }
    },
    destroy: (id) => records.remove(keyOf(kind, id)),
    // Everything of a grant ends with the grant itself: see `grantStorage`.
    revokeByGrantId: async () => {},
  }
}

/** What is exchanged for tokens, once: found together with the facts of its grant. */
async function findSource(
  { database }: StorageOptions,
  records: StoredRecords,
  at: RecordKey,
): Promise<{ payload: AdapterPayload; consumedAt: Date | null } | undefined> {
  const found = await takePresentedSource(database, at)
  if (!found) return undefined
  const { row, facts } = found
  const payload = records.open(at, row)
  rememberFacts(Provider.ctx, facts)
  rememberSource(Provider.ctx, { payload, isUsed: row.consumedAt !== null, facts })
  return { payload, consumedAt: row.consumedAt }
}

function sourceStorage(
  kind: string,
  options: StorageOptions,
  records: StoredRecords,
): Pick<Adapter, 'find' | 'consume'> {
  return {
    async find(id) {
      const found = await findSource(options, records, keyOf(kind, id))
      return found && { ...found.payload, jti: id }
    },
    async consume(id) {
      const at = keyOf(kind, id)
      const client = Provider.ctx?.oidc.client
      if (client && issuesRefreshToken(client) && consumeWithRefreshToken(at)) return
      if (!(await records.consume(at))) await revokeReused(options.database, records, at)
    },
  }
}

/** What is used up when the refresh token of this request is stored. */
const toConsume = new WeakMap<object, RecordKey>()

/**
 * Whoever gets a refresh token for a code or another refresh token uses that up as it is stored, which the provider does
 * before anything of its answer leaves: never is one used up without the other to go on with.
 */
function consumeWithRefreshToken(at: RecordKey): boolean {
  if (!Provider.ctx) return false
  toConsume.set(Provider.ctx, at)
  return true
}

/** Whether codes give this client a refresh token as well; if not, nothing but themselves uses them up. */
export function issuesRefreshToken(client: Client): boolean {
  return client.grantTypeAllowed('refresh_token')
}

/** As any source, but a refresh that is repeated because its answer was lost is none of a thief's. */
function refreshTokenStorage(options: StorageOptions, records: StoredRecords): Partial<Adapter> {
  const { database, rotation } = options
  const kind = 'RefreshToken'

  const isRetry = async (id: string, consumedAt: Date, policy: RotationPolicy) => {
    if (!policy.rotates) return true
    if (!rotation.isWithinLeeway(consumedAt, policy)) return false
    if (policy.successor === 'own') return true
    const successor = await records.find(keyOf(kind, rotation.successorOf(id)))
    return !successor?.consumedAt
  }
  /** After somebody else has used it. */
  const refuseUnlessRetry = async (used: RecordKey) => {
    if (used.kind === kind) {
      const row = await records.find(used)
      const policy = await rotation.policyFor(Provider.ctx?.oidc.client?.clientId)
      if (row?.consumedAt && rotation.isWithinLeeway(row.consumedAt, policy)) return
      if (policy.onReuse === 'refuse') throw new errors.InvalidGrant('it was used before')
    }
    await revokeReused(database, records, used)
  }
  return {
    async find(id) {
      const found = await findSource(options, records, keyOf(kind, id))
      if (!found) return undefined
      const { consumed, ...unused } = found.payload
      const { consumedAt } = found
      const policy = await rotation.policyFor(found.payload.clientId)
      const isUsed = consumedAt !== null && !(await isRetry(id, consumedAt, policy))
      if (isUsed && policy.onReuse === 'refuse') return undefined
      return { ...unused, ...(isUsed && { consumed }), jti: id }
    },
    async upsert(id, payload, ttlSeconds) {
      const jkt = payload.jkt ?? (await keyOfPublicClient())
      const bound = { ...payload, ...(jkt && { jkt }) }
      const at = keyOf(kind, id)
      const used = Provider.ctx && toConsume.get(Provider.ctx)
      if (used) {
        if (await records.exchange(used, at, bound, ttlSeconds)) return
        await refuseUnlessRetry(used)
      }
      // Two retries store the same successor.
      await records.add(at, bound, ttlSeconds)
    },
    async consume(id) {
      const at = keyOf(kind, id)
      if (consumeWithRefreshToken(at) || (await records.consume(at))) return
      await refuseUnlessRetry(at)
    },
  }
}

/** The provider's record of a grant, narrowed whenever it is read to what our row and the person's roles still hold. */
function grantStorage(
  { database, mcpUrl }: StorageOptions,
  records: StoredRecords,
): Pick<Adapter, 'find' | 'destroy'> {
  return {
    async find(id) {
      const known = rememberedFacts(Provider.ctx, id) ?? (await findGrantFacts(database, id))
      if (!known?.isLive || !known.record) return undefined
      rememberFacts(Provider.ctx, known)
      return { ...narrowed(records.open(keyOf('Grant', id), known.record), known, mcpUrl), jti: id }
    },
    async destroy(id) {
      await revokeGrant({ database }, id, revoker(), Provider.ctx?.state.correlationId)
    },
  }
}

/**
 * A proof or assertion may be presented once. Only storing it tells: of two at once, one is stored. It is kept for twice as
 * long as it would be good, because a proof may be dated ahead.
 */
function replayStorage(records: StoredRecords): Pick<Adapter, 'find' | 'upsert'> {
  return {
    find: async () => undefined,
    async upsert(id, payload, ttlSeconds = 0) {
      const isNew = await records.add(keyOf('ReplayDetection', id), payload, 2 * ttlSeconds)
      if (!isNew) throw replayError(id, payload)
    },
  }
}

async function revokeReused(
  database: Database,
  records: StoredRecords,
  at: RecordKey,
): Promise<never> {
  const row = await records.find(at)
  const grantId = row && records.open(at, row).grantId
  if (grantId) await revokeGrant({ database }, grantId, 'reuse', Provider.ctx?.state.correlationId)
  throw new errors.InvalidGrant('it was used before')
}

/** The provider ends grants at three places: revocation by the client, reuse at the token endpoint, and logout. */
function revoker(): RevokedBy {
  const route = Provider.ctx?.oidc.route
  if (route === 'token') return 'reuse'
  return route === 'revocation' ? 'client' : 'person'
}

interface GrantPayload extends AdapterPayload {
  readonly openid?: { readonly scope?: string }
  readonly resources?: Readonly<Record<string, string>>
}

function narrowed(payload: GrantPayload, { scopes }: GrantFacts, mcpUrl: string) {
  const keep = (scope: string | undefined) =>
    parseScope(scope)
      .filter((name) => scopes.has(name))
      .join(' ')
  const resourceScope = payload.resources?.[mcpUrl]
  return {
    ...payload,
    ...(resourceScope && { resources: { ...payload.resources, [mcpUrl]: keep(resourceScope) } }),
    ...(payload.openid && { openid: { ...payload.openid, scope: keep(payload.openid.scope) } }),
  }
}
