import { type FaultDefinition, faultSchema } from '@neonpanel/faults/fault'
import { serverNames } from '@neonpanel/process/server-name'

/** What was typed in the form, in its words. */
export interface FaultFormValues {
  readonly server: string
  readonly method: string
  readonly path: string
  readonly effect: string
  readonly status: string
  readonly body: string
  readonly delay_seconds: string
  readonly ends: string
}

export const emptyFaultForm: FaultFormValues = {
  server: '',
  method: '',
  path: '/oauth2/token',
  effect: 'answer',
  status: '503',
  body: '{"error":"temporarily_unavailable"}',
  delay_seconds: '5',
  ends: '900',
}

export const serverChoices = [
  ['', 'Both servers'],
  [serverNames[0], 'Authorization server'],
  [serverNames[1], 'MCP server'],
] as const

export const methodChoices = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'] as const

export const effectChoices = [
  ['answer', 'Answer in its place'],
  ['delay', 'Wait, then go on'],
  ['drop', 'Drop the connection'],
] as const

export const endChoices = [
  ['once', 'The next hit'],
  ['300', '5 minutes'],
  ['900', '15 minutes'],
  ['3600', '1 hour'],
] as const

export function readFaultForm(form: URLSearchParams): FaultFormValues {
  const names = Object.keys(emptyFaultForm) as (keyof FaultFormValues)[]
  return Object.fromEntries(
    names.map((name) => [name, (form.get(name) ?? '').trim()]),
  ) as unknown as FaultFormValues
}

/** The rule that a form describes, under the same schema as the admin API. */
export function faultOf(
  values: FaultFormValues,
): { ok: true; fault: FaultDefinition } | { ok: false; problems: ReadonlyMap<string, string> } {
  const judged = faultSchema.safeParse({
    where: {
      ...(values.server && { server: values.server }),
      ...(values.method && { method: values.method }),
      ...(values.path && { path: values.path }),
    },
    what: effectOf(values),
    until: values.ends === 'once' ? { count: 1 } : { expires_in_seconds: Number(values.ends) },
  })
  if (judged.success) return { ok: true, fault: judged.data }
  const problems = judged.error.issues.map(
    ({ path, message }) => [fields[path.slice(0, 2).join('.')] ?? '', message] as const,
  )
  return { ok: false, problems: new Map(problems) }
}

const fields: Readonly<Record<string, keyof FaultFormValues>> = {
  'where.server': 'server',
  'where.method': 'method',
  'where.path': 'path',
  'what.status': 'status',
  'what.body': 'body',
  'what.delay_ms': 'delay_seconds',
  'until.expires_in_seconds': 'ends',
}

function effectOf({ effect, status, body, delay_seconds }: FaultFormValues): object {
  if (effect === 'drop') return { drop_connection: true }
  if (effect === 'delay') return { delay_ms: Math.round(Number(delay_seconds) * 1000) }
  return { status: Number(status), ...(body && { body: parsedIfJson(body) }) }
}

function parsedIfJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
