import type { Context, Middleware } from 'koa'
import type { FaultEdge } from './edge.ts'
import { type Endpoint, endpointAt } from './endpoints.ts'
import type { Fault } from './fault.ts'
import { answerInstead } from './instead.ts'
import { type FaultKindName, faultKinds } from './kinds.ts'
import { delay, hang } from './pace.ts'
import { factsOf, matchesFacts, needsFacts, type RequestFacts } from './request.ts'
import type { FaultRules } from './rules.ts'
import { interceptStruck } from './send-struck.ts'
import type { What } from './what.ts'
import type { Where } from './where.ts'

/**
 * Puts the rules in front of a server. Without a rule a request passes after one comparison; the console is never
 * struck, so that a fault can always be turned off.
 */
export function injectFaults(rules: FaultRules, edge: FaultEdge): Middleware {
  return function faults(ctx, next) {
    if (rules.isEmpty) return next()
    return isConsole(ctx.path) || edge.isExempt?.(ctx) ? next() : passThrough(ctx, next)
  }

  async function passThrough(ctx: Context, next: () => Promise<void>): Promise<void> {
    const endpoint = endpointAt(edge, ctx.path)
    const meant = await meantFor(ctx, rules.list(), endpoint, edge)
    if (meant.length === 0) return next()
    const later = meant.filter(({ what }) => changesAnswer(what, endpoint))
    const now = await strikeNow(
      rules,
      meant.filter((fault) => !later.includes(fault)),
    )
    if (now.length === 0 && later.length === 0) return next()
    interceptStruck(ctx, { rules, edge, endpoint, now, later })
    for (const fault of now) if (!(await interrupt(ctx, fault, rules))) return
    const answering = now.find(({ what }) => answersInstead(what))
    if (!answering) return next()
    if (isUnknownAtAuthorize(answering.what, endpoint)) return forgetClient(ctx, next)
    answerInstead(ctx, answering.what, { endpoint, edge })
  }
}

async function meantFor(
  ctx: Context,
  faults: readonly Fault[],
  endpoint: Endpoint | undefined,
  edge: FaultEdge,
): Promise<Fault[]> {
  const near = faults.filter(({ where }) => matchesAddress(where, ctx, endpoint, edge))
  if (!near.some(({ where, what }) => needsFacts(where) || what.as_if)) return near
  const facts = await factsOf(ctx, endpoint, edge)
  return near.filter(
    ({ where, what }) =>
      matchesFacts(where, facts) && (!what.as_if || canBeSo(what.as_if, endpoint, facts)),
  )
}

function matchesAddress(
  where: Where,
  { method, path }: Context,
  endpoint: Endpoint | undefined,
  edge: FaultEdge,
): boolean {
  if (where.server && where.server !== edge.server) return false
  // A browser's question before a request is no request of the client's.
  if (where.method ? where.method !== method : method === 'OPTIONS') return false
  if (where.endpoint && !(endpoint && [where.endpoint].flat().includes(endpoint))) return false
  if (!where.path) return true
  return where.path.endsWith('*') ? path.startsWith(where.path.slice(0, -1)) : path === where.path
}

const clientEndpoints = new Set<Endpoint>([
  'authorize',
  'par',
  'device_authorization',
  'token',
  'revoke',
  'introspect',
])

/** Whether a request is one of those that such a state would fail. */
function canBeSo(
  state: NonNullable<What['as_if']>,
  endpoint: Endpoint | undefined,
  { grantType, step }: RequestFacts,
): boolean {
  if (!endpoint) return false
  if (state === 'client_unknown') return clientEndpoints.has(endpoint) && step !== 'code'
  const isToken = endpoint === 'token'
  if (state === 'code_used') return isToken && grantType === 'authorization_code'
  if (state === 'refresh_token_used') return isToken && grantType === 'refresh_token'
  if (isToken) return grantType === 'refresh_token'
  const bearer = endpoint === 'mcp' && step !== 'discovery'
  return bearer || endpoint === 'introspect' || endpoint === 'userinfo'
}

/** Counts what strikes at once. Once one of them is the answer, further answers have nobody to strike. */
async function strikeNow(rules: FaultRules, faults: readonly Fault[]): Promise<Fault[]> {
  const struck: Fault[] = []
  for (const fault of faults) {
    const answers = answersInstead(fault.what) || fault.what.drop_connection === true
    if (answers && struck.some(({ what }) => answersInstead(what))) continue
    if (await rules.strike(fault)) struck.push(fault)
  }
  return struck
}

/** Waits, hangs or drops the connection. Whether there is still somebody to answer. */
async function interrupt(ctx: Context, { id, what }: Fault, rules: FaultRules): Promise<boolean> {
  const waits = what.delay_ms === undefined || (await delay(ctx.res, what.delay_ms))
  if (waits && what.hang) await hang(ctx.res, rules.untilGone(id))
  if (waits && !what.hang && what.drop_connection !== true) return true
  ctx.respond = false
  ctx.req.socket.destroy()
  return false
}

function changesAnswer(what: What, endpoint: Endpoint | undefined): boolean {
  if (what.oauth_error && endpoint === 'authorize') return true
  return kindsOf(what).some((kind) => faultKinds[kind].phase === 'answer')
}

function answersInstead(what: What): boolean {
  return kindsOf(what).some((kind) => faultKinds[kind].phase === 'instead')
}

const kindsOf = (what: What) => Object.keys(what) as FaultKindName[]

function isUnknownAtAuthorize({ as_if }: What, endpoint: Endpoint | undefined): boolean {
  return as_if === 'client_unknown' && endpoint === 'authorize'
}

/** The server itself says what it says of a client that it does not know. */
function forgetClient(ctx: Context, next: () => Promise<void>): Promise<void> {
  const query = new URLSearchParams(ctx.querystring)
  query.set('client_id', `forgotten-${query.get('client_id') ?? ''}`)
  ctx.querystring = query.toString()
  return next()
}

function isConsole(path: string): boolean {
  return path === '/console' || path.startsWith('/console/')
}
