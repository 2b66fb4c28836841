import type { Flow } from '@neonpanel/flows/assembly/assemble'
import type { FlowStatus, FlowStep } from '@neonpanel/flows/story'
import { type Html, html } from '../../web/html.ts'
import { type App, appName } from '../../web/identity.ts'

/** Names of what flows name by id. */
export interface FlowNames {
  readonly apps: ReadonlyMap<string, App>
  /** E-mail addresses by person id. */
  readonly people: ReadonlyMap<string, string>
}

export const stepNames: Readonly<Record<FlowStep, string>> = {
  discovery: 'Discovery',
  register: 'Register',
  authorize: 'Authorize',
  sign_in: 'Sign in',
  consent: 'Consent',
  code: 'Code',
  token: 'Token',
  connect: 'Connect',
  tool_call: 'Tool call',
}

const statusNames: Readonly<Record<FlowStatus, string>> = {
  failed: 'Failed',
  in_progress: 'In progress',
  denied: 'Denied',
  abandoned: 'Abandoned',
  completed: 'Completed',
}

const statusTones = {
  completed: html` data-tone="ok"`,
  failed: html` data-tone="danger" data-shape="square"`,
  denied: html` data-tone="neutral"`,
  abandoned: html` data-tone="neutral"`,
  in_progress: html` data-tone="accent" data-shape="ring"`,
} as const satisfies Record<FlowStatus, Html>

export function flowStatus({ status, step }: Flow, withStep = false): Html {
  const at = withStep && status === 'failed' ? ` at ${stepNames[step].toLowerCase()}` : ''
  return html`<span class="status"${statusTones[status]}>${statusNames[status]}${at}</span>`
}

export function flowHref({ id }: Pick<Flow, 'id'>): string {
  return `/console/flows/${encodeURIComponent(id)}`
}

export function appOf({ clientId }: Flow, { apps }: FlowNames): App {
  const unknown = { clientId: clientId ?? '', name: clientId ?? 'Unknown client', reviewed: false }
  return (clientId && apps.get(clientId)) || unknown
}

/** How a flow's client is called; only a name that a client gave itself stands in quotes. */
export function clientNameIn(flow: Flow, names: FlowNames): string {
  const app = appOf(flow, names)
  return flow.clientId && names.apps.has(flow.clientId) ? appName(app) : app.name
}

export function personIn({ personId }: Flow, { people }: FlowNames): string | undefined {
  return personId && (people.get(personId) ?? personId)
}

/** What became of a flow, as the heading of its page. */
export function flowTitle(flow: Flow, names: FlowNames): string {
  const name = clientNameIn(flow, names)
  if (flow.status === 'failed') return `${name} ${failures[flow.step]}`
  if (flow.status === 'completed') return `${name} ${successes[flow.step] ?? 'is connected'}`
  return `${name} ${ends[flow.status]}`
}

const failures: Readonly<Record<FlowStep, string>> = {
  discovery: 'did not find what it needs',
  register: 'could not register',
  authorize: 'could not ask for authorization',
  sign_in: 'did not get past the sign-in',
  consent: 'did not get past the consent',
  code: 'could not get a code',
  token: 'could not get a token',
  connect: 'could not connect to the MCP server',
  tool_call: 'could not call a tool',
}

const successes: Readonly<Partial<Record<FlowStep, string>>> = {
  token: 'got its tokens',
  connect: 'is connected',
  tool_call: 'connected and called a tool',
}

const ends = {
  denied: 'was denied access',
  in_progress: 'is connecting',
  abandoned: 'never came back',
} as const

/** `12 ms`, `10.1 s`, `1 m 12 s` */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1_000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} m ${whole % 60} s`
}

/** How long a flow took, or has taken so far. */
export function durationOf({ startedAt, endedAt, status }: Flow, now = Date.now()): string {
  const until = status === 'in_progress' ? now : endedAt.getTime()
  return durationText(Math.max(0, until - startedAt.getTime()))
}

/** A title of the catalogue within a sentence: `The code has expired` begins small there, `PKCE is missing` does not. */
export function midSentence(title: string): string {
  return /^[A-Z][a-z]* /.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title
}
