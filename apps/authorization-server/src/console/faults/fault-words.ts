import type { Fault } from '@neonpanel/faults/fault'
import { type FaultKindName, faultKinds } from '@neonpanel/faults/kinds'
import type { What } from '@neonpanel/faults/what'
import type { Where } from '@neonpanel/faults/where'
import { type Html, html } from '../../web/html.ts'
import { formatClock, time } from '../../web/time.ts'
import { counted } from '../pager.ts'

/** Names of the clients and people that faults are for. */
export interface ScopeNames {
  readonly clients: ReadonlyMap<string, string>
  /** E-mail addresses by person id. */
  readonly people: ReadonlyMap<string, string>
}

export const everybody = 'Every client'

/** Whom a fault is for. */
export function scopeText({ client_id, person }: Where, { clients, people }: ScopeNames): string {
  const parts = [
    client_id && (clients.get(client_id) ?? client_id),
    person && (people.get(person) ?? person),
  ].filter((part) => part !== undefined)
  return parts.length > 0 ? parts.join(', ') : everybody
}

/** What a fault is called. */
export function titleOf({ title, what }: Fault): string {
  return title ?? effectText(what)
}

/** What a fault does, in a few words. */
export function effectText(what: What): string {
  const said = Object.keys(what) as FaultKindName[]
  const answers =
    what.status === undefined && what.body === undefined ? [] : [`answers ${what.status ?? 200}`]
  const waits = what.delay_ms === undefined ? [] : [`waits ${what.delay_ms / 1000} s`]
  const others = said
    .filter((kind) => !told.has(kind))
    .map((kind) =>
      faultKinds[kind].title.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()),
    )
  const text = [...waits, ...answers, ...others].join(', ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Kinds that have words of their own. */
const told: ReadonlySet<string> = new Set(['delay_ms', 'status', 'body'])

const serverNames = {
  'authorization-server': 'authorization server',
  'resource-server': 'MCP server',
} as const

/** Which requests a fault is for, whoever sends them. */
export function placeText({ client_id: _client, person: _person, ...where }: Where): Html {
  const { method, path, endpoint, step, server, tool, grant_type, nth, every, probability } = where
  const asked = path && html`<code class="breakable">${method && `${method} `}${path}</code>`
  const parts: (Html | string)[] = [
    ...(asked ? [asked] : method ? [method] : []),
    ...(endpoint ? [`endpoint ${[endpoint].flat().join(', ')}`] : []),
    ...(step ? [`step ${step}`] : []),
    ...(tool ? [`tool ${tool}`] : []),
    ...(grant_type ? [`grant ${grant_type}`] : []),
    ...(server ? [`at the ${serverNames[server]}`] : []),
    ...(nth ? [`only request ${[nth].flat().join(', ')}`] : []),
    ...(every ? [`every ${every}th request`] : []),
    ...(probability ? [`${Math.round(probability * 100)}% of them`] : []),
  ]
  if (parts.length === 0) return html`every request`
  return html`${parts.map((part, index) => html`${index > 0 && '; '}${part}`)}`
}

/** When a fault ends: `14:58 UTC, in 11 min`. */
export function endText({ remaining, expiresAt }: Fault): Html {
  const hits = remaining !== undefined && html`After ${counted(remaining, 'more hit')}`
  const at = expiresAt && html`${endTime(expiresAt)}, ${timeLeft(expiresAt, 'short')}`
  if (hits && at) return html`${hits}, or ${at}`
  return hits || at || html`When you turn it off`
}

export function endTime(at: Date): Html {
  return html`${time(at, `${formatClock(at).slice(0, 5)} UTC`)}`
}

/** `in 11 minutes`, or in short `in 11 min` */
export function timeLeft(at: Date, length: 'short' | 'long' = 'long'): string {
  const seconds = Math.max(0, Math.round((at.getTime() - Date.now()) / 1000))
  if (seconds < 60) return `in ${seconds} s`
  const minutes = Math.round(seconds / 60)
  return length === 'short' ? `in ${minutes} min` : `in ${counted(minutes, 'minute')}`
}

/** `6 s ago`, `3 min ago` */
export function hitAgo(at: Date): string {
  const seconds = Math.max(0, Math.round((Date.now() - at.getTime()) / 1000))
  return seconds < 60 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`
}
