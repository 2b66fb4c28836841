import { type Html, html, when } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { listTime } from '../list-time.ts'
import { counted, pager } from '../pager.ts'
import type { Page } from '../paging.ts'
import { type AuditEvent, type AuditFilter, auditDetail } from './audit-log.ts'

export interface AuditView {
  readonly events: Page<AuditEvent>
  readonly filter: AuditFilter
  /** Names of events that occur. */
  readonly types: readonly string[]
  /** Names by the ids of people and clients. */
  readonly names: ReadonlyMap<string, string>
}

export function auditPage(view: AuditView): Html {
  const { events, filter } = view
  return html`<header class="page-header">
      <h1>Audit log</h1>
      <p class="lede">What happened, by whom and to what. Ids only: no token, code, password or secret is ever written here.</p>
    </header>
    <div class="stack">
      ${filterForm(view)}
      ${
        events.rows.length === 0
          ? html`<section class="card empty" aria-label="Events">${icon('list')}<h3>No events match</h3><p class="cluster"><a class="button" href="/console/audit">Clear the filter</a></p></section>`
          : eventsTable(view, `/console/audit?${queryOf(filter)}`)
      }
    </div>`
}

function queryOf(filter: AuditFilter): URLSearchParams {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined && value !== '')
  return new URLSearchParams(given as [string, string][])
}

function filterForm({ filter, types }: AuditView): Html {
  const input = (name: 'person_id' | 'client_id' | 'correlation_id', label: string) =>
    html`<div class="field">
          <label class="visually-hidden" for="${name}">${label}</label>
          <input class="input" id="${name}" name="${name}" type="text" value="${filter[name] ?? ''}" placeholder="${label}">
        </div>`
  return html`<form class="toolbar" method="get" role="search">
        <div class="select">
          <label class="visually-hidden" for="type">Event</label>
          <select class="input" id="type" name="type">
            <option value="">Any event</option>
            ${types.map((type) => html`<option${when(type === filter.type, 'selected')}>${type}</option>`)}
          </select>
        </div>
        ${input('person_id', 'Person ID')}
        ${input('client_id', 'Client ID')}
        ${input('correlation_id', 'Correlation ID')}
        <button class="button" type="submit">Filter</button>
      </form>`
}

function eventsTable({ events, names }: AuditView, href: string): Html {
  return html`<section class="card table-wrap" aria-label="Events">
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

/** Further ids and reasons, one `name: value` each. */
export function detailList(event: Pick<AuditEvent, 'detail'>): Html {
  const entries = Object.entries(auditDetail(event)).filter(([, value]) => value !== '')
  if (entries.length === 0) return html`<span class="faint">None</span>`
  return html`<ul>${entries.map(([name, value]) => html`<li class="small">${detailEntry(name, value)}</li>`)}</ul>`
}

function detailEntry(name: string, value: unknown): Html {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (name === 'flow') return html`<a href="/console/flows/${encodeURIComponent(text)}">Flow</a>`
  return html`${name}: <code class="small-code">${text}</code>`
}
