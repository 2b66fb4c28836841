import type { FlowStep } from '../flows/flow.ts'
import type { AdminApi } from './admin-api.ts'
import type { ServerName } from './documents.ts'

/** What the two servers answer, by the names that fault rules use. */
export type Endpoint =
  | 'authorization_server_metadata'
  | 'openid_configuration'
  | 'resource_metadata'
  | 'jwks'
  | 'register'
  | 'client_configuration'
  | 'par'
  | 'authorize'
  | 'interaction'
  | 'device_authorization'
  | 'device'
  | 'token'
  | 'revoke'
  | 'introspect'
  | 'userinfo'
  | 'logout'
  | 'account'
  | 'mcp'

/** Which requests a fault strikes: all that is said must hold; nothing = every request but the console's. */
export interface FaultPlace {
  server?: ServerName
  endpoint?: Endpoint | Endpoint[]
  step?: FlowStep
  method?: string
  /** Exact; a `*` at the end matches any rest. */
  path?: string
  client_id?: string
  /** Person id or e-mail address. */
  person?: string
  tool?: string
  grant_type?: string
  /** Only the nth of these requests. */
  nth?: number | number[]
  /** Only every nth of these requests. */
  every?: number
  /** Above 0, at most 1. */
  probability?: number
  /** The same seed strikes the same requests of a row; goes with `probability`. */
  seed?: string | number
}

type Json = string | number | boolean | null | Json[] | { [member: string]: Json }

/** What a fault does: one kind, or several that go together. */
export interface FaultEffect {
  status?: number
  body?: Json
  headers?: Record<string, string | null>
  delay_ms?: number
  hang?: true
  drop_connection?: true | { after_bytes: number }
  html?: true | string
  malformed_json?: true
  truncate_at_bytes?: number
  bytes_per_second?: number
  oauth_error?: { error: string; error_description?: string; error_uri?: string }
  challenge?: {
    status?: 401 | 403
    error?: string
    error_description?: string
    scope?: string
    resource_metadata?: string | null
  }
  rate_limited?: { retry_after_seconds: number }
  as_if?: 'code_used' | 'refresh_token_used' | 'grant_revoked' | 'client_unknown'
  events?: { cut_after?: number; delay_ms?: number }
  json?: { set?: Record<string, Json>; remove?: string[] }
  jwks?: 'stale' | 'foreign' | 'empty'
  issued_token?: {
    token?: 'access_token' | 'id_token'
    claims?: Record<string, Json>
    header?: Record<string, Json>
    ttl_seconds?: number
    key?: 'server' | 'rogue' | 'none'
  }
  authorization_response?: { set?: Record<string, string>; remove?: string[] }
}

/** How long a fault stays; nothing = until it is removed, or the stack is reset. */
export interface FaultEnd {
  /** Requests that it strikes before it is gone. */
  count?: number
  /** By the stack's clock. */
  expires_in_seconds?: number
}

/** A fault as it is written: where it strikes, what it does, how long it stays. */
export interface FaultRule {
  title?: string
  where?: FaultPlace
  what: FaultEffect
  until?: FaultEnd
}

/** A fault that is on, as the admin API shows it. Times are epoch seconds. */
export interface Fault {
  readonly id: string
  readonly title?: string | null
  readonly preset?: string | null
  readonly where: FaultPlace
  readonly what: FaultEffect
  readonly until: { readonly remaining: number | null; readonly expires_at: number | null }
  readonly seen?: number
  readonly hits: number
  readonly last_hit_at: number | null
  readonly created_at: number
}

/** A fault that people met, ready to be turned on. */
export interface FaultPreset {
  readonly id: string
  readonly title: string
  readonly story: string
  readonly sources: readonly string[]
  readonly where: FaultPlace
  readonly what: FaultEffect
}

/** A fault that this test turned on; turned off again where its scope ends (`await using`). */
export interface ActiveFault extends Fault, AsyncDisposable {
  remove(): Promise<void>
}

/** What is broken on purpose, on both servers. */
export interface Faults {
  /** Turns a fault on. */
  add(rule: FaultRule): Promise<ActiveFault>
  /** Turns a fault on that people met, by its id; `changes.where` replaces members of the preset’s own place. */
  preset(id: string, changes?: Pick<FaultRule, 'where' | 'until'>): Promise<ActiveFault>
  /** Every preset, with the story behind it. */
  presets(): Promise<readonly FaultPreset[]>
  /** The faults that are on, with how often they struck. */
  list(): Promise<readonly Fault[]>
  /** Turns every fault off. */
  clear(): Promise<void>
}

export function faultsOf(api: AdminApi): Faults {
  const turnOn = async (wish: object): Promise<ActiveFault> => {
    const fault = await api.post<Fault>('/faults', wish)
    const remove = async () => {
      const on = await list()
      // One with an end may be gone already.
      if (on.some(({ id }) => id === fault.id)) await api.delete(`/faults/${fault.id}`)
    }
    return { ...fault, remove, [Symbol.asyncDispose]: remove }
  }
  const list = async () => (await api.get<{ items: Fault[] }>('/faults')).items
  return {
    add: turnOn,
    preset: (preset, changes = {}) => turnOn({ preset, ...changes }),
    presets: async () => (await api.get<{ items: FaultPreset[] }>('/faults/presets')).items,
    list,
    clear: () => api.delete('/faults'),
  }
}
