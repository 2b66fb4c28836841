import type { Scope } from '@neonpanel/contracts/scopes'
import type { Log } from '@neonpanel/process/log'
import type Koa from 'koa'
import type { AccessToken } from './access-token.ts'
import type { RequestBody } from './json-body.ts'
import type { ServedResource } from './served-resources.ts'

/** What the middleware in front of a handler have found out about a request to a served path. */
export interface RequestState {
  readonly correlationId: string
  readonly log: Log
  /** Name of the request's time series. */
  route: string
  resource: ServedResource
  body: RequestBody
  accessToken: AccessToken
  /** What the token lets its holder do by now; undefined when that is nothing, or cannot be known. */
  judgeAgain: () => Promise<AccessToken | undefined>
  /** Tells the authorization server which scopes the answer is about to challenge the client for. */
  reportChallenge: (scopes: readonly Scope[]) => Promise<void>
  /**
   * Ends an answer that stays open when its token dies meanwhile.
   *
   * @param end closes the answer; the client comes back with a fresh token
   */
  endWithToken: (end: () => void) => void
}

export type McpContext = Koa.ParameterizedContext<RequestState>

export type McpMiddleware = Koa.Middleware<RequestState>
