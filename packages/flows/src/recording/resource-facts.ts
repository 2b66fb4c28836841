import type { Context } from 'koa'
import type { FlowStep } from '../story.ts'
import { type ExchangeKind, exchangeKinds } from './exchange-kinds.ts'
import type { FirstUse } from './first-uses.ts'
import { presentedToken } from './presented-token.ts'

/** What the resource server knows of a token that it accepted. */
export interface Verified {
  readonly clientId: string
  readonly personId: string
  /** Undefined for `client_credentials`. */
  readonly grantId?: string | undefined
  readonly expiresAt: Date
}

/** Messages with which clients begin; others belong to their work. */
const beginnings: ReadonlySet<unknown> = new Set([
  'initialize',
  'server/discover',
  'tools/list',
  'resources/list',
  'prompts/list',
])

/** What an accepted request uses, as far as flows want to know; ordinary work is undefined or not the first. */
export function kindOfUse(ctx: Context): FirstUse | undefined {
  if (ctx.method === 'GET') return 'stream'
  const method = rpcMethod(ctx)
  if (method === 'tools/call') return 'tool_call'
  return beginnings.has(method) ? 'connect' : undefined
}

function rpcMethod({ state }: Context): unknown {
  return state.body?.ok ? state.body.json?.method : undefined
}

interface Refusal {
  readonly kind: ExchangeKind
  readonly step: FlowStep
  readonly isAnswered: boolean
}

/** What a finished request was, where it is a refusal or metadata; undefined when it is nothing to record. */
export function refusalOf(ctx: Context, isServed: (path: string) => boolean): Refusal | undefined {
  const { res, path, method } = ctx
  const isAnswered = ctx.respond !== false || res.headersSent
  const status = ctx.respond === false && isAnswered ? res.statusCode : ctx.status
  const told = (kind: ExchangeKind, step: FlowStep = exchangeKinds[kind]) => ({
    kind,
    step,
    isAnswered,
  })
  if (path.startsWith('/.well-known/o')) {
    return told(method === 'OPTIONS' ? 'preflight' : 'metadata')
  }
  if (isAnswered && status < 400) return isFallback(path) ? told('metadata') : undefined
  // Anything that is posted here was meant for us, at whatever path.
  if (!isServed(path) && method !== 'POST') return undefined
  if (method === 'OPTIONS') return told('preflight')
  const step = rpcMethod(ctx) === 'tools/call' ? 'tool_call' : 'connect'
  if (ctx.state.accessToken) return told(status === 403 ? 'step_up' : 'refused_call', step)
  if (presentedToken(ctx) === undefined) return told('challenge')
  // Nobody has judged the token where something else stood in the way.
  return told(isAnswered && status === 401 ? 'refused_token' : 'refused_call', step)
}

/** Where clients without metadata look for the authorization server's endpoints. */
function isFallback(path: string): boolean {
  return path === '/authorize' || path === '/token' || path === '/register'
}
