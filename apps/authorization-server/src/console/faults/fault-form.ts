import { endpointNames } from '@neonpanel/faults/endpoints'
import { type FaultDefinition, faultSchema } from '@neonpanel/faults/fault'
import { serverNames } from '@neonpanel/process/server-name'

/** What was typed in the form, in its words. */
export interface FaultFormValues {
  readonly title: string
  readonly server: string
  readonly endpoint: string
  readonly method: string
  readonly path: string
  readonly client_id: string
  readonly person: string
  readonly effect: string
  readonly status: string
  readonly body: string
  readonly error: string
  readonly seconds: string
  readonly what: string
  readonly ends: string
}

export const emptyFaultForm: FaultFormValues = {
  title: '',
  server: '',
  endpoint: 'token',
  method: '',
  path: '',
  client_id: '',
  person: '',
  effect: 'answer',
  status: '503',
  body: '{"error":"temporarily_unavailable"}',
  error: 'server_error',
  seconds: '5',
  what: '',
  ends: '900',
}

export const serverChoices = [
  ['', 'Both servers'],
  [serverNames[0], 'Authorization server'],
  [serverNames[1], 'MCP server'],
] as const

export const endpointChoices = [
  ['', 'Every endpoint'],
  ...endpointNames.map((name) => [name, name.replaceAll('_', ' ')] as const),
] as const

export const methodChoices = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'] as const

export const effectChoices = [
  ['answer', 'Answer status and body'],
  ['oauth_error', 'Refuse with an OAuth error'],
  ['html', 'Answer HTML'],
  ['rate_limited', 'Answer 429, Retry-After'],
  ['delay', 'Wait, then go on'],
  ['hang', 'Never answer'],
  ['drop', 'Drop the connection'],
  ['malformed_json', 'Send broken JSON'],
  ['json', 'As the JSON below says'],
] as const

export const endChoices = [
  ['900', '15 minutes'],
  ['300', '5 minutes'],
  ['3600', '1 hour'],
  ['once', 'Next hit'],
] as const

export function untilOf(ends: string): FaultDefinition['until'] {
  return ends === 'once' ? { count: 1 } : { expires_in_seconds: Number(ends) }
}

export function readFaultForm(form: URLSearchParams): FaultFormValues {
  const names = Object.keys(emptyFaultForm) as (keyof FaultFormValues)[]
  return Object.fromEntries(
    names.map((name) => [name, (form.get(name) ?? '').trim()]),
  ) as unknown as FaultFormValues
}

/** Members that say where, by the field of the same name. */
const places = ['server', 'endpoint', 'method', 'path', 'client_id', 'person'] as const

/** The rule that a form describes, under the same schema as the admin API. */
export function faultOf(
  values: FaultFormValues,
): { ok: true; fault: FaultDefinition } | { ok: false; problems: ReadonlyMap<string, string> } {
  const what = effectOf(values)
  if (!what) return { ok: false, problems: new Map([['what', 'must be a JSON object']]) }
  const said = places.filter((name) => values[name] !== '')
  const judged = faultSchema.safeParse({
    ...(values.title && { title: values.title }),
    where: Object.fromEntries(said.map((name) => [name, values[name]])),
    what,
    until: untilOf(values.ends),
  })
  if (judged.success) return { ok: true, fault: judged.data }
  const problems = judged.error.issues.map(
    ({ path, message }) => [fieldOf(path.map(String), values), message] as const,
  )
  return { ok: false, problems: new Map(problems) }
}

/** The field that a problem belongs to; the empty name is the form. */
function fieldOf([member, name = '']: readonly string[], { effect }: FaultFormValues): string {
  if (member === 'title') return 'title'
  if (member === 'until') return 'ends'
  if (member === 'where') return (places as readonly string[]).includes(name) ? name : ''
  if (effect === 'json') return 'what'
  return (
    {
      status: 'status',
      body: 'body',
      oauth_error: 'error',
      delay_ms: 'seconds',
      rate_limited: 'seconds',
    }[name] ?? ''
  )
}

function effectOf(values: FaultFormValues): object | undefined {
  const { effect, status, body, error, seconds, what } = values
  switch (effect) {
    case 'drop':
      return { drop_connection: true }
    case 'hang':
    case 'html':
    case 'malformed_json':
      return { [effect]: true }
    case 'delay':
      return { delay_ms: Math.round(Number(seconds) * 1000) }
    case 'rate_limited':
      return { rate_limited: { retry_after_seconds: Number(seconds) } }
    case 'oauth_error':
      return { oauth_error: { error } }
    case 'json':
      return objectIn(what)
    default:
      return { status: Number(status), ...(body && { body: parsedIfJson(body) }) }
  }
}

function objectIn(text: string): object | undefined {
  const value = parsedIfJson(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

function parsedIfJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
