import type { Fields, Story, StoryExchange } from '../story.ts'

/** One value of a header; several are joined as HTTP joins them. */
export function header(fields: Fields | undefined, name: string): string | undefined {
  const value = fields?.[name]
  return value === undefined ? undefined : [value].flat().join(', ')
}

export function pathOf({ request }: StoryExchange): string {
  return request.url.split('?')[0]!.replace(/^https?:\/\/[^/]+/, '')
}

/** Parameters of the query and of a form; a form's come first. */
export function parametersOf({ request }: StoryExchange): URLSearchParams {
  const query = request.url.split('?').slice(1).join('?')
  const type = header(request.headers, 'content-type') ?? ''
  const isForm = type.startsWith('application/x-www-form-urlencoded')
  return new URLSearchParams(
    isForm && typeof request.body === 'string' ? `${request.body}&${query}` : query,
  )
}

export function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return (value as Record<string, unknown>)[name]
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

export interface OAuthError {
  readonly error: string
  readonly description: string | undefined
}

/** The OAuth error of an answer: in its JSON, on the redirect back to the client, or in the challenge. */
export function oauthErrorOf(exchange: StoryExchange): OAuthError | undefined {
  const { body, headers } = exchange.response ?? {}
  const error = text(member(body, 'error'))
  if (error) return { error, description: text(member(body, 'error_description')) }
  return redirectedError(exchange) ?? challengedError(header(headers, 'www-authenticate'))
}

/** The error that a redirect carries back to the client (RFC 6749 section 4.1.2.1). */
export function redirectedError({ response }: StoryExchange): OAuthError | undefined {
  const target = redirectParameters(response?.headers)
  const error = target.get('error')
  return error ? { error, description: target.get('error_description') ?? undefined } : undefined
}

export function redirectParameters(headers: Fields | undefined): URLSearchParams {
  const location = header(headers, 'location') ?? ''
  const end = location.search(/[?#]/)
  return new URLSearchParams(end === -1 ? '' : location.slice(end + 1))
}

function challengedError(challenge: string | undefined): OAuthError | undefined {
  const error = challengeParameter(challenge, 'error')
  if (!error) return undefined
  return { error, description: challengeParameter(challenge, 'error_description') }
}

export function challengeParameter(
  challenge: string | undefined,
  name: string,
): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(challenge ?? '')?.[1]
}

/** The code of a JSON-RPC error, in the answer or as the server noted it. */
export function rpcErrorCode(
  { response, correlationId }: StoryExchange,
  story?: Story,
): number | undefined {
  const code = member(member(response?.body, 'error'), 'code')
  if (typeof code === 'number') return code
  const note = story?.notes.find(
    (one) => one.reason === 'rpc_error' && one.correlationId === correlationId,
  )
  return note?.got === undefined ? undefined : Number(note.got)
}

export function rpcMethod({ request }: StoryExchange): string | undefined {
  return text(member(request.body, 'method'))
}

/** Whether the request carries a token that the MCP server may look at. */
export function hasToken({ request }: StoryExchange): boolean {
  return /^(?:bearer|dpop)\s/i.test(header(request.headers, 'authorization') ?? '')
}

export function isPage({ response }: StoryExchange): boolean {
  return header(response?.headers, 'content-type')?.startsWith('text/html') === true
}

export function isPreflight({ request }: StoryExchange): boolean {
  return request.method === 'OPTIONS'
}

/** A good answer of a step, the last one. */
export function lastAnswer(
  { exchanges }: Story,
  isIt: (exchange: StoryExchange) => boolean,
): StoryExchange | undefined {
  return exchanges.findLast(
    (exchange) => (exchange.response?.status ?? 500) < 300 && isIt(exchange),
  )
}

/** What the registration of the story's client answered. */
export function registered(story: Story): unknown {
  return lastAnswer(story, ({ step }) => step === 'register')?.response?.body
}

/** Parameters of the authorization request, pushed or not. */
export function authorizationRequest({ exchanges }: Story): URLSearchParams | undefined {
  return exchanges
    .filter(({ step }) => step === 'authorize')
    .map(parametersOf)
    .findLast((parameters) => parameters.has('response_type') || parameters.has('code_challenge'))
}

/** RFC 9728. */
export function resourceMetadata(story: Story): StoryExchange | undefined {
  return lastAnswer(
    story,
    (exchange) =>
      text(member(exchange.response?.body, 'resource')) !== undefined && isMetadata(exchange),
  )
}

/** RFC 8414, or OpenID Connect Discovery. */
export function serverMetadata(story: Story): StoryExchange | undefined {
  return lastAnswer(
    story,
    (exchange) =>
      text(member(exchange.response?.body, 'issuer')) !== undefined && isMetadata(exchange),
  )
}

export function isMetadata(exchange: StoryExchange): boolean {
  return exchange.request.method === 'GET' && pathOf(exchange).includes('/.well-known/')
}
