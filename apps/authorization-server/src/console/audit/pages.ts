import { type Html, html, when } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { listTime } from '../list-time.ts'
import { alert } from '../notice.ts'
import { counted, pager } from '../pager.ts'
import type { Page } from '../paging.ts'
import { type AuditEvent, type AuditFilter, auditDetail } from './audit-log.ts'

export interface AuditView {
  readonly events: Page<AuditEvent>
  readonly filter: AuditFilter
  /** False when the address asks for something that cannot be; then nothing is filtered. */
  readonly isUnderstood: boolean
  /** Names of events that occur. */
  readonly types: readonly string[]
  /** Names by the ids of people and clients. */
  readonly names: ReadonlyMap<string, string>
}

export function auditPage(view: AuditView): Html {
  const { events, filter, isUnderstood } = view
  const query = queryOf(filter)
  return html`<header class="page-header">
      <div class="spread">
        <h1>Audit log</h1>
        <div class="cluster">
          <a class="button" href="/console/audit.csv${query}">Export CSV</a>
          <a class="button" href="/console/audit.jsonl${query}">Export JSON lines</a>
        </div>
      </div>
      <p class="lede">What happened, by whom and to what. Ids only: no token, code, password or secret is ever written here. An export has every event that the filter lets through.</p>
    </header>
    <div class="stack">
      ${!isUnderstood && alert('warn', 'This filter makes no sense, so every event is shown.')}
      ${filterForm(view)}
      ${
        events.rows.length === 0
          ? html`<section class="card empty" aria-label="Audit log">${icon('list')}<h2>No events match</h2><p class="cluster"><a class="button" href="/console/audit">Clear the filter</a></p></section>`
          : eventsTable(view, `/console/audit${query}`)
      }
    </div>`
}

/** With its question mark; nothing when there is nothing to filter by. */
function queryOf(filter: AuditFilter): string {
  const given = Object.entries(filter).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}

function filterForm({ filter, types }: AuditView): Html {
  const text = (name: 'person_id' | 'client_id' | 'correlation_id', label: string) =>
    html`<div class="field">
            <label class="field-label" for="${name}">${label}</label>
            <input class="input" id="${name}" name="${name}" type="text" value="${filter[name] ?? ''}" spellcheck="false">
          </div>`
  const time = (name: 'since' | 'until', label: string) =>
    html`<div class="field">
            <label class="field-label" for="${name}">${label}</label>
            <input class="input" id="${name}" name="${name}" type="datetime-local" value="${fieldValue(filter[name])}">
          </div>`
  return html`<form class="card" method="get" role="search" aria-label="Filter">
        <div class="card-body stack">
          <div class="field-row field-row-wide">
            <div class="field">
              <label class="field-label" for="type">Event</label>
              <div class="select">
                <select class="input" id="type" name="type">
                  <option value="">Any event</option>
                  ${eventChoices(types, filter.type).map((type) => html`<option value="${type}"${when(type === filter.type, 'selected')}>${type.endsWith('.') ? `${type}*` : type}</option>`)}
                </select>
              </div>
            </div>
            ${text('person_id', 'Person ID or email')}
            ${text('client_id', 'Client ID')}
            ${text('correlation_id', 'Correlation ID')}
            ${time('since', 'From, UTC')}
            ${time('until', 'Until, UTC')}
          </div>
          <div class="cluster">
            <button class="button" type="submit">Filter</button>
            ${queryOf(filter) && html`<a class="button button-quiet" href="/console/audit">Clear the filter</a>`}
          </div>
        </div>
      </form>`
}

/** Whole names, and the first parts that several of them share; the chosen one in any case. */
function eventChoices(types: readonly string[], chosen: string | undefined): string[] {
  const families = Map.groupBy(types, (type) => type.slice(0, type.indexOf('.') + 1))
  const choices = [...families].flatMap(([family, names]) =>
    names.length > 1 ? [family, ...names] : names,
  )
  return chosen === undefined || choices.includes(chosen) ? choices : [chosen, ...choices]
}

/** A time as a browser's field takes it, in UTC. */
function fieldValue(time: string | undefined): string {
  return time === undefined ? '' : new Date(time).toISOString().slice(0, 19)
}

function eventsTable({ events, names }: AuditView, href: string): Html {
  return html`<section class="card table-wrap" aria-label="Audit log">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Time, UTC</th>
              <th scope="col">Event</th>
              <th scope="col">Person and client</th>
              <th scope="col">Detail</th>
              <th class="minor" scope="col">Correlation ID</th>
            </tr>
          </thead>
          <tbody>${events.rows.map((event) => eventRow(event, names))}</tbody>
        </table>
        ${pager(href, counted(events.rows.length, 'event'), events.nextCursor)}
      </section>`
}

function eventRow(event: AuditEvent, names: ReadonlyMap<string, string>): Html {
  const { at, type, personId, clientId, correlationId } = event
  return html`<tr>
              <td class="nowrap">${listTime(at)}</td>
              <td data-label="Event"><code class="small-code nowrap">${type}</code></td>
              <td data-label="Person and client">
                <ul>
                  ${personId && html`<li><a href="/console/users/${encodeURIComponent(personId)}">${names.get(personId) ?? personId}</a></li>`}
                  ${clientId && html`<li><a class="breakable" href="/console/clients/${encodeURIComponent(clientId)}">${names.get(clientId) ?? clientId}</a></li>`}
                  ${!personId && !clientId && html`<li class="faint">None</li>`}
                </ul>
              </td>
              <td class="breakable" data-label="Detail">${detailList(event)}</td>
              <td class="minor" data-label="Correlation ID">${correlationId ? html`<a href="/console/audit?correlation_id=${encodeURIComponent(correlationId)}"><code class="small-code nowrap">${correlationId}</code></a>` : html`<span class="faint">None</span>`}</td>
            </tr>`
}

/**
 * Further ids and reasons, one `name: value` each.
 *
 * @param leftOut name of what the page says already
 */
export function detailList(event: Pick<AuditEvent, 'detail'>, leftOut?: string): Html {
  const entries = Object.entries(auditDetail(event)).filter(
    ([name, value]) => value !== '' && name !== leftOut,
  )
  if (entries.length === 0) return html`<span class="faint">None</span>`
  return html`<ul>${entries.map(([name, value]) => html`<li class="small">${detailEntry(name, value)}</li>`)}</ul>`
}

function detailEntry(name: string, value: unknown): Html {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (name === 'flow') return html`<a href="/console/flows/${encodeURIComponent(text)}">Flow</a>`
  return html`${name}: <code class="small-code">${text}</code>`
}
