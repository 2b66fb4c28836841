import type { Answer, Ask } from '../../ask.ts'
import { isObject, type Members, textOf } from '../../json.ts'
import type { AuthorizationServer, Grant } from '../../servers.ts'

/** The token and revocation endpoints, as the client of a grant uses them. */
export interface GrantClient {
  /** Renews with a refresh token; `resource` undefined leaves the parameter out. */
  refresh(refreshToken: string, resource?: string): Promise<Renewal>
  /** Gives a token back; undefined where the server offers no revocation. */
  revoke?: (token: string, hint: 'access_token' | 'refresh_token') => Promise<Answer>
  /** Whether it has no secret. */
  readonly isPublic: boolean
  readonly tokenEndpoint: string
}

/** What a refresh brought. */
export interface Renewal {
  readonly answer: Answer
  /** The JSON of an answer with status 200. */
  readonly body: Members | undefined
  readonly accessToken: string | undefined
  readonly refreshToken: string | undefined
  /** `invalid_grant`, …; undefined when it was none. */
  readonly error: string | undefined
}

/** @returns undefined when the server names no token endpoint */
export function grantClient(
  ask: Ask,
  { metadata }: AuthorizationServer,
  { clientId, clientSecret }: Grant,
): GrantClient | undefined {
  const { token_endpoint: tokenEndpoint, revocation_endpoint: revocationEndpoint } = metadata
  if (tokenEndpoint === undefined) return undefined
  const credentials = credentialsOf(
    clientId,
    clientSecret,
    metadata.token_endpoint_auth_methods_supported,
  )
  const post = (url: string, form: Record<string, string>) => {
    const headers = { accept: 'application/json', ...credentials.headers }
    return ask({ url, method: 'POST', headers, form: { ...credentials.form, ...form } })
  }
  return {
    tokenEndpoint,
    isPublic: clientSecret === undefined,
    async refresh(refresh_token, resource) {
      const grant = { grant_type: 'refresh_token', refresh_token }
      return renewalOf(await post(tokenEndpoint, { ...grant, ...(resource && { resource }) }))
    },
    ...(revocationEndpoint !== undefined && {
      revoke: (token: string, hint: string) =>
        post(revocationEndpoint, { token, token_type_hint: hint }),
    }),
  }
}

/** RFC 6749 section 2.3.1: HTTP Basic, or the body where the server takes it there only. */
function credentialsOf(
  clientId: string,
  secret: string | undefined,
  methods: readonly string[] | undefined,
): { headers: Record<string, string>; form: Record<string, string> } {
  if (secret === undefined) return { headers: {}, form: { client_id: clientId } }
  const isInBody =
    methods?.includes('client_secret_post') && !methods.includes('client_secret_basic')
  if (isInBody) return { headers: {}, form: { client_id: clientId, client_secret: secret } }
  const pair = [clientId, secret].map(encodeURIComponent).join(':')
  return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, form: {} }
}

function renewalOf(answer: Answer): Renewal {
  const json = isObject(answer.json) ? answer.json : undefined
  const body = answer.status === 200 ? json : undefined
  return {
    answer,
    body,
    accessToken: textOf(body?.access_token),
    refreshToken: textOf(body?.refresh_token),
    error: textOf(json?.error),
  }
}

/** What a refresh was answered, in a line. */
export function renewalInShort({ answer, error, body }: Renewal): string {
  const { status, headers } = answer
  if (error) return `HTTP ${status} ${error}`
  if (body) return `HTTP ${status} with ${Object.keys(body).join(', ') || 'nothing'}`
  return `HTTP ${status} ${headers.get('content-type') ?? 'without a type'}`
}
