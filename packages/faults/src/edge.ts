import type { ServerName } from '@neonpanel/process/server-name'
import type { Context } from 'koa'
import type { Fault } from './fault.ts'

/** A JWT to be signed, right or wrong. */
export interface WantedSignature {
  /** `rogue`: a key of nobody; `none`: unsigned. */
  readonly key: 'server' | 'rogue' | 'none'
  /** With which the server signs such tokens. */
  readonly algorithm: string
  /** May name another algorithm. */
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** The server in front of which the faults stand, and what only it can do for them. */
export interface FaultEdge {
  readonly server: ServerName
  readonly issuer: string
  /** The canonical resource identifier, `MCP_URL`. */
  readonly resource: string
  /** Absent where no tokens are issued. */
  readonly sign?: ((wanted: WantedSignature) => Promise<string>) | undefined
  /** Whether no fault strikes a request: it was struck at another process already, or its answer would be kept. */
  readonly isExempt?: ((ctx: Context) => boolean) | undefined
  /** Hears of each request that is struck. */
  readonly onStrike?: ((ctx: Context, fault: Fault) => void) | undefined
  /** Who sent a request that does not say so by itself: with a code, a refresh token, a session. */
  readonly identify?:
    | ((ctx: Context, form: URLSearchParams) => Promise<Asker | undefined>)
    | undefined
}

export interface Asker {
  readonly clientId: string | undefined
  readonly personId: string | undefined
}
