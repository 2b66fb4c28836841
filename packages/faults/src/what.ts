import { validateHeaderName, validateHeaderValue } from 'node:http'
import { z } from 'zod'
import { type FaultKindName, faultKindNames, faultKinds } from './kinds.ts'

const headers = z.record(z.string(), z.string().nullable()).refine(canBeSent, {
  error: 'must be valid header names and values',
})

/** Of `error` and `error_description` (RFC 6749 section 5.2): what may travel in a quoted string. */
const errorText = z.string().regex(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/, {
  error: 'must be ASCII without quotes or backslashes',
})

const changes = z
  .strictObject({
    set: z.record(z.string(), z.json()).optional(),
    remove: z.array(z.string()).optional(),
  })
  .refine(({ set, remove }) => set !== undefined || remove !== undefined, {
    error: 'must say what to set or to remove',
  })

const parameterChanges = z
  .strictObject({
    set: z.record(z.string(), z.string()).optional(),
    remove: z.array(z.string()).optional(),
  })
  .refine(({ set, remove }) => set !== undefined || remove !== undefined, {
    error: 'must say what to set or to remove',
  })

const issuedToken = z.strictObject({
  token: z.enum(['access_token', 'id_token']).default('access_token'),
  claims: z.record(z.string(), z.json()).default({}),
  header: z.record(z.string(), z.json()).default({}),
  /** Seconds from now until `exp`; negative for a token that has expired. */
  ttl_seconds: z.int().optional(),
  key: z.enum(['server', 'rogue', 'none']).default('server'),
})

const challenge = z.strictObject({
  status: z.union([z.literal(401), z.literal(403)]).default(401),
  error: errorText.optional(),
  error_description: errorText.optional(),
  scope: errorText.optional(),
  resource_metadata: errorText.nullable().optional(),
})

/** The states that an answer can pretend. */
export const pretendedStates = [
  'code_used',
  'refresh_token_used',
  'grant_revoked',
  'client_unknown',
] as const

const timeout = z.int().min(1).max(600_000)

/** What a fault does: one kind or several that go together. */
export const whatSchema = z
  .strictObject({
    status: z.int().min(200).max(599).optional(),
    body: z.json().optional(),
    headers: headers.optional(),
    delay_ms: timeout.optional(),
    hang: z.literal(true).optional(),
    drop_connection: z
      .union([z.literal(true), z.strictObject({ after_bytes: z.int().min(1) })])
      .optional(),
    html: z.union([z.literal(true), z.string().min(1)]).optional(),
    malformed_json: z.literal(true).optional(),
    truncate_at_bytes: z.int().min(0).optional(),
    bytes_per_second: z.int().min(1).optional(),
    oauth_error: z
      .strictObject({
        error: errorText,
        error_description: errorText.optional(),
        error_uri: z.url().optional(),
      })
      .optional(),
    challenge: challenge.optional(),
    rate_limited: z.strictObject({ retry_after_seconds: z.int().min(0).max(86_400) }).optional(),
    as_if: z.enum(pretendedStates).optional(),
    events: z
      .strictObject({ cut_after: z.int().min(0).optional(), delay_ms: timeout.optional() })
      .refine((events) => Object.keys(events).length > 0, {
        error: 'must name cut_after or delay_ms',
      })
      .optional(),
    json: changes.optional(),
    jwks: z.enum(['stale', 'foreign', 'empty']).optional(),
    issued_token: issuedToken.optional(),
    authorization_response: parameterChanges.optional(),
  })
  .refine((what) => Object.keys(what).length > 0, {
    error: `must name at least one of ${faultKindNames.join(', ')}`,
  })
  .superRefine((what, context) => {
    for (const message of contradictions(what)) context.addIssue({ code: 'custom', message })
  })

export type What = z.output<typeof whatSchema>

/** Only one of these can be the answer; `status` goes with the first three. */
const answers = [
  'body',
  'html',
  'oauth_error',
  'challenge',
  'rate_limited',
  'as_if',
  'hang',
] as const satisfies readonly FaultKindName[]

const withStatus: readonly FaultKindName[] = ['body', 'html', 'oauth_error']

/** Kinds that exclude each other, in words. */
function contradictions(what: object): string[] {
  const said = new Set(Object.keys(what))
  const given = answers.filter((kind) => said.has(kind))
  const problems: string[] = []
  if (given.length > 1) problems.push(`${given.join(' and ')} are answers; give one`)
  const [answer] = given
  if (answer && said.has('status') && !withStatus.includes(answer)) {
    problems.push(`status does not go with ${answer}`)
  }
  const inPlace = answer ?? (said.has('status') ? 'status' : undefined)
  const changed = faultKindNames.filter((kind) => said.has(kind) && phaseOf(kind) === 'answer')
  // A redirect with an error can be changed further: it is the server's own.
  const changeable = inPlace === 'oauth_error' ? changed.filter(isNoRedirect) : changed
  if (inPlace && changeable.length > 0) {
    problems.push(
      `${changeable.join(' and ')} change${changeable.length === 1 ? 's' : ''} the server’s answer, and ${inPlace} takes its place`,
    )
  }
  return problems
}

const isNoRedirect = (kind: FaultKindName) => kind !== 'authorization_response'

function phaseOf(kind: FaultKindName) {
  return faultKinds[kind].phase
}

function canBeSent(entries: Record<string, string | null>): boolean {
  try {
    for (const [name, value] of Object.entries(entries)) {
      validateHeaderName(name)
      if (value !== null) validateHeaderValue(name, value)
    }
    return true
  } catch {
    return false
  }
}
