import type { FlowStep } from '@neonpanel/flows/story'
import { decodeJwt } from 'jose'
import type { Context } from 'koa'
import type { FaultEdge } from './edge.ts'
import { type Endpoint, stepOf } from './endpoints.ts'
import { peekBody } from './peek-body.ts'
import type { Where } from './where.ts'

/** What a request is about; finding it out takes reading its body. */
export interface RequestFacts {
  readonly step: FlowStep | undefined
  readonly clientId: string | undefined
  readonly personId: string | undefined
  readonly grantType: string | undefined
  readonly tools: readonly string[]
}

/** The parts of `where` that take such facts. */
export function needsFacts({ step, client_id, person, tool, grant_type }: Where): boolean {
  return [step, client_id, person, tool, grant_type].some((value) => value !== undefined)
}

export function matchesFacts(where: Where, facts: RequestFacts): boolean {
  const { step, client_id, person, tool, grant_type } = where
  return (
    (step === undefined || step === facts.step) &&
    (client_id === undefined || client_id === facts.clientId) &&
    (person === undefined || person === facts.personId) &&
    (tool === undefined || facts.tools.includes(tool)) &&
    (grant_type === undefined || grant_type === facts.grantType)
  )
}

interface RpcMessage {
  readonly method?: unknown
  readonly params?: { readonly name?: unknown } | undefined
}

/** Reads what rules may ask for; whoever handles the request finds it as it came. */
export async function factsOf(
  ctx: Context,
  endpoint: Endpoint | undefined,
  edge: FaultEdge,
): Promise<RequestFacts> {
  const body = await peekBody(ctx.req)
  const form = new URLSearchParams(ctx.is('urlencoded') ? body?.toString() : '')
  const messages = ctx.is('json') ? messagesIn(body) : []
  const bearer = /^(?:Bearer|DPoP) +(.+)$/i.exec(ctx.get('Authorization'))?.[1]
  const claims = claimsOf(bearer)
  const named = clientNamed(ctx, endpoint, form) ?? textOf(claims.client_id)
  const subject = endpoint === 'register' ? undefined : textOf(claims.sub)
  const known = named !== undefined && subject !== undefined
  const asker = known ? undefined : await edge.identify?.(ctx, form)
  const called = messages.filter(({ method }) => method === 'tools/call')
  return {
    step: stepOf({
      method: ctx.method,
      path: ctx.path,
      endpoint,
      grantType: form.get('grant_type') ?? undefined,
      rpcMethods: messages.flatMap(({ method }) => textOf(method) ?? []),
      hasBearer: bearer !== undefined,
      isConsent: form.get('step') === 'consent',
    }),
    clientId: named ?? asker?.clientId,
    personId: subject ?? asker?.personId,
    grantType: form.get('grant_type') ?? undefined,
    tools: called.flatMap(({ params }) => textOf(params?.name) ?? []),
  }
}

/** By any of the ways in which a client says who it is (RFC 6749 section 2.3, RFC 7523, RFC 7592). */
function clientNamed(ctx: Context, endpoint: Endpoint | undefined, form: URLSearchParams) {
  const stated = form.get('client_id') ?? new URLSearchParams(ctx.querystring).get('client_id')
  if (stated !== null) return stated
  const [, basic] = /^Basic +(.+)$/i.exec(ctx.get('Authorization')) ?? []
  if (basic !== undefined) return basicUser(basic)
  const assertion = form.get('client_assertion')
  if (assertion !== null) return textOf(claimsOf(assertion).sub)
  if (endpoint !== 'client_configuration') return undefined
  return decoded(ctx.path.split('/').at(-1) ?? '')
}

function basicUser(credentials: string): string | undefined {
  const [user = ''] = Buffer.from(credentials, 'base64').toString().split(':')
  return decoded(user.replaceAll('+', ' '))
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Unverified: it only decides whether a fault is meant. */
function claimsOf(token: string | undefined): Readonly<Record<string, unknown>> {
  if (token === undefined) return {}
  try {
    return decodeJwt(token)
  } catch {
    return {}
  }
}

function messagesIn(body: Buffer | undefined): RpcMessage[] {
  try {
    const parsed: unknown = JSON.parse(body?.toString() ?? '')
    return [parsed].flat().filter((message) => typeof message === 'object' && message !== null)
  } catch {
    return []
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)
