import type {
  AuthInfo,
  CallToolResult,
  InputRequiredResult,
  ServerContext,
} from '@modelcontextprotocol/server'
import type { Log } from '@neonpanel/process/log'
import type { AccessToken } from '../access-token.ts'

/** What a request brings to the tools that it calls; it travels in the SDK's `AuthInfo`. */
export interface Caller {
  readonly accessToken: AccessToken
  readonly correlationId: string
  readonly log: Log
  /** What the token lets its holder do by now; undefined when that is nothing, or cannot be known. */
  readonly judgeAgain: () => Promise<AccessToken | undefined>
  /** Gets to know how a call of a tool ends, also when it was broken off and nobody waits for the answer. */
  watch?(work: Promise<CallToolResult | InputRequiredResult>): void
}

/** The token itself stays behind: no tool can pass on what it never sees. */
export function authInfoOf(caller: Caller, resource: string): AuthInfo {
  const { clientId, scopes, expiresAt } = caller.accessToken
  return {
    token: '',
    clientId,
    scopes: [...scopes],
    expiresAt: expiresAt.getTime() / 1000,
    resource: urlOf(resource),
    extra: { caller },
  }
}

/** Every transport hands requests over with `authInfoOf`. */
export function callerOf(context: ServerContext): Caller {
  return context.http?.authInfo?.extra?.caller as Caller
}

const urls = new Map<string, URL>()

/** A server has a handful of resources, and every request names one. */
function urlOf(resource: string): URL {
  const known = urls.get(resource) ?? new URL(resource)
  urls.set(resource, known)
  return known
}
