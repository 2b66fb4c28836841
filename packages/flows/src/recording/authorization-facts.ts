import type { IncomingHttpHeaders } from 'node:http'
import type { Context } from 'koa'
import type { FlowStep } from '../story.ts'
import { type ExchangeKind, exchangeKinds } from './exchange-kinds.ts'
import { joinBy } from './joins.ts'

/** Where the authorization server answers. */
export interface AuthorizationRoutes {
  readonly authorization: string
  readonly token: string
  readonly registration: string
  readonly pushed_authorization_request: string
  readonly device_authorization: string
  readonly code_verification: string
}

/** What a request to the authorization server asks for; undefined when it belongs to no flow. */
export function kindAt(
  { method, path }: Pick<Context, 'method' | 'path'>,
  routes: AuthorizationRoutes,
): ExchangeKind | undefined {
  const kind = kindOfPath(path, routes)
  return kind && method === 'OPTIONS' ? 'preflight' : kind
}

function kindOfPath(path: string, routes: AuthorizationRoutes): ExchangeKind | undefined {
  if (path.startsWith('/.well-known/o')) return 'metadata'
  if (path.startsWith('/interaction/')) return 'interaction'
  switch (path) {
    // Clients that have no metadata guess the short ones.
    case routes.authorization:
    case '/authorize':
      return 'authorize'
    case routes.token:
    case '/token':
      return 'other_grant'
    case routes.registration:
    case '/register':
      return 'register'
    case routes.pushed_authorization_request:
      return 'push'
    case routes.device_authorization:
      return 'device'
    case routes.code_verification:
      return 'device_page'
    default:
      return path.startsWith(`${routes.authorization}/`) ||
        path.startsWith(`${routes.code_verification}/`)
        ? 'resume'
        : undefined
  }
}

/** An exchange as it came, secrets included: what is taken from it are ids and digests. */
interface RawExchange {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly status: number | undefined
  readonly location: unknown
  /** JSON. */
  readonly answer: Buffer | undefined
}

interface Facts {
  readonly kind: ExchangeKind
  readonly step: FlowStep
  /** As the request names it, or as the answer to a registration does. */
  readonly clientId: string | undefined
  readonly joins: readonly string[]
}

export function factsOf(asked: ExchangeKind, raw: RawExchange): Facts {
  const parameters = parametersOf(raw)
  const answer = parsed(raw.answer)
  const target = targetOf(raw.location)
  const kind = asked === 'other_grant' ? kindOfGrant(parameters.get('grant_type')) : asked
  const registered = kind === 'register' ? answer.client_id : undefined
  return {
    kind,
    step: kind === 'resume' && target.has('code') ? 'code' : exchangeKinds[kind],
    clientId: textOf(registered) ?? parameters.get('client_id') ?? basicUser(raw.headers),
    joins: joinsOf(kind, { raw, parameters, answer, target }),
  }
}

function kindOfGrant(grantType: string | null): ExchangeKind {
  switch (grantType) {
    case 'authorization_code':
      return 'code_grant'
    case 'refresh_token':
      return 'refresh_grant'
    case 'client_credentials':
      return 'client_grant'
    case 'urn:ietf:params:oauth:grant-type:device_code':
      return 'device_grant'
    default:
      return 'other_grant'
  }
}

function joinsOf(
  kind: ExchangeKind,
  {
    raw,
    parameters,
    answer,
    target,
  }: {
    raw: RawExchange
    parameters: URLSearchParams
    answer: Record<string, unknown>
    target: URLSearchParams
  },
): string[] {
  const path = raw.url.split('?')[0]!
  const place = typeof raw.location === 'string' ? raw.location.split(/[?#]/)[0]! : ''
  const uids = [
    kind === 'interaction' || kind === 'resume' ? path.split('/').at(-1) : undefined,
    /\/interaction\/([\w-]+)$/.exec(place)?.[1],
  ]
  const joined = <Value>(value: Value | null | undefined, by: (value: Value) => string) =>
    value === null || value === undefined ? [] : [by(value)]
  return [
    ...new Set([
      ...uids.flatMap((uid) => joined(uid, joinBy.interaction)),
      ...joined(target.get('code') ?? parameters.get('code'), joinBy.code),
      ...joined(textOf(answer.access_token), joinBy.accessToken),
      ...joined(textOf(answer.refresh_token), joinBy.refreshToken),
      ...joined(parameters.get('refresh_token'), joinBy.refreshToken),
      ...joined(textOf(answer.request_uri) ?? parameters.get('request_uri'), joinBy.requestUri),
      ...joined(textOf(answer.device_code) ?? parameters.get('device_code'), joinBy.deviceCode),
    ]),
  ]
}

/** Of the query, or of a form; a form's come first. */
function parametersOf({ url, headers, body }: RawExchange): URLSearchParams {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  const query = url.split('?').slice(1).join('?')
  return new URLSearchParams(isForm ? `${body}&${query}` : query)
}

/** What a redirect carries back to the client. */
function targetOf(location: unknown): URLSearchParams {
  if (typeof location !== 'string') return new URLSearchParams()
  const end = location.search(/[?#]/)
  return new URLSearchParams(end === -1 ? '' : location.slice(end + 1).replace('#', '&'))
}

function parsed(json: Buffer | undefined): Record<string, unknown> {
  if (!json) return {}
  try {
    const value = JSON.parse(json.toString())
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function basicUser({ authorization }: IncomingHttpHeaders): string | undefined {
  const [, credentials] = /^basic +(\S+)$/i.exec(authorization ?? '') ?? []
  if (credentials === undefined) return undefined
  const [user] = Buffer.from(credentials, 'base64').toString().split(':')
  try {
    return user === undefined ? undefined : decodeURIComponent(user.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
