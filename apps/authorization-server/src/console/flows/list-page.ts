import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { type FlowStatus, flowSteps } from '@neonpanel/flows/story'
import type { Verdict } from '@neonpanel/flows/verdicts/verdict'
import { type Html, html, when } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { type App, appMark, appName } from '../../web/identity.ts'
import { formatClock, formatDate, time } from '../../web/time.ts'
import {
  appOf,
  clientNameIn,
  durationOf,
  type FlowNames,
  flowHref,
  flowStatus,
  midSentence,
  personIn,
  stepNames,
} from './flow-words.ts'
import {
  type ListedStatus,
  type ListPeriod,
  type ListRequest,
  listedStatuses,
  listHref,
  listPeriods,
} from './list-request.ts'
import { liveState } from './live.ts'
import { reasonOf } from './reason.ts'

/** A flow as a row of the list. */
export interface ListedFlow {
  readonly flow: Flow
  readonly verdict: Verdict | undefined
}

export interface FlowsView {
  readonly request: ListRequest
  readonly rows: readonly ListedFlow[]
  /** How many there are beyond this page, too. */
  readonly total: number
  /** How many there are of each status, whatever status is asked for. */
  readonly counts: Readonly<Record<FlowStatus, number>>
  readonly names: FlowNames
  /** Those that can be chosen. */
  readonly clients: readonly App[]
  /** Whether older exchanges were not looked at. */
  readonly isCut: boolean
  readonly pageLength: number
  /** `MCP_URL` */
  readonly mcpUrl: string
}

export function flowsPage(view: FlowsView): Html {
  const { request, rows, isCut } = view
  return html`<header class="page-header">
      <h1>Flows</h1>
      <p class="lede">Every attempt to connect a client, from discovery to the first tool call. Kept for seven days, secrets never recorded.</p>
    </header>
    <div class="stack">
      <div class="spread">
        ${statusLinks(view)}
        <p class="faint">${listPeriods[request.period].label}${liveState}</p>
      </div>
      ${filterForm(view)}
      <div class="stack" id="flows" data-live>
        ${rows.length > 0 ? flowsTable(view) : noFlows(view)}
        ${isCut && html`<p class="faint">Older flows are in the audit log: this page looks at the last 6,000 requests.</p>`}
      </div>
    </div>`
}

function statusLinks({ counts, request }: FlowsView): Html {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const link = (status: ListedStatus | undefined, label: string, count: number) =>
    html`<a href="${listHref(request, { status, offset: 0 })}"${when(status === request.status, 'aria-current="true"')}>${label} <span>${count.toLocaleString('en-GB')}</span></a>`
  const parts = Object.entries(listedStatuses) as [
    ListedStatus,
    (typeof listedStatuses)[ListedStatus],
  ][]
  return html`<nav class="segmented" id="statuses" aria-label="Status" data-live>
          ${link(undefined, 'All', all)}
          ${parts.map(([status, { label, statuses }]) =>
            link(
              status,
              label,
              statuses.reduce((sum, one) => sum + counts[one], 0),
            ),
          )}
        </nav>`
}

function filterForm({ request, clients }: FlowsView): Html {
  const select = (
    name: string,
    label: string,
    chosen: string,
    choices: readonly (readonly [string, string])[],
  ) => html`<div class="select">
          <label class="visually-hidden" for="${name}">${label}</label>
          <select class="input" id="${name}" name="${name}">
            ${choices.map(([value, text]) => html`<option value="${value}"${when(value === chosen, 'selected')}>${text}</option>`)}
          </select>
        </div>`
  const periods = Object.keys(listPeriods) as ListPeriod[]
  return html`<form class="toolbar" method="get" action="/console/flows" role="search">
        ${request.status && html`<input type="hidden" name="status" value="${request.status}">`}
        <div class="search">
          ${icon('search')}
          <label class="visually-hidden" for="q">Search flows</label>
          <input class="input" id="q" name="q" type="search" value="${request.search ?? ''}" placeholder="User, flow or correlation ID">
        </div>
        ${select('client_id', 'Client', request.clientId ?? '', clientChoices(clients, request))}
        ${select('step', 'Step reached', request.step ?? '', [['', 'Any step'], ...flowSteps.map((step) => [step, stepNames[step]] as const)])}
        ${select(
          'period',
          'Period',
          request.period,
          periods.map((period) => [period, listPeriods[period].label]),
        )}
        <button class="button" type="submit">Filter</button>
      </form>`
}

/** The chosen one is there in any case. */
function clientChoices(
  clients: readonly App[],
  { clientId }: ListRequest,
): (readonly [string, string])[] {
  const known = clients.map((app) => [app.clientId, appName(app)] as const)
  const isKnown = !clientId || clients.some((app) => app.clientId === clientId)
  return [['', 'All clients'], ...known, ...(isKnown ? [] : [[clientId, clientId] as const])]
}

function noFlows({ request, mcpUrl }: FlowsView): Html {
  const isNarrowed = listHref({ ...request, offset: 0 }) !== '/console/flows'
  return html`<section class="card empty" aria-label="Flows">
          ${icon('flow')}
          ${
            isNarrowed
              ? html`<h2>No flows match</h2>
          <p>Another status, client or period may have what you look for.</p>
          <p class="cluster"><a class="button" href="/console/flows">Show all flows</a></p>`
              : html`<h2>No flows yet</h2>
          <p>A flow begins when a client asks for <code class="breakable">${mcpUrl}</code> without a token.</p>
          <p class="cluster"><a class="button" href="/console">Connect a client</a></p>`
          }
        </section>`
}

function flowsTable(view: FlowsView): Html {
  const { rows, names, request, total, pageLength } = view
  const { offset } = request
  const newer = offset > 0 && listHref(request, { offset: Math.max(0, offset - pageLength) })
  const older = offset + rows.length < total && listHref(request, { offset: offset + pageLength })
  return html`<section class="card table-wrap" aria-label="Flows">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Status</th>
                <th scope="col">Client and user</th>
                <th scope="col">Step reached</th>
                <th class="num" scope="col">Duration</th>
                <th scope="col">Started, UTC</th>
                <th class="minor" scope="col">Correlation ID</th>
              </tr>
            </thead>
            <tbody>${rows.map((row) => flowRow(row, names))}</tbody>
          </table>
          <footer class="card-footer">
            <p>${(offset + 1).toLocaleString('en-GB')} to ${(offset + rows.length).toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')}</p>
            <p class="cluster">${pageLink('Newer', newer)}${pageLink('Older', older)}</p>
          </footer>
        </section>`
}

function pageLink(label: string, href: string | false): Html {
  return href
    ? html`<a class="button button-small" href="${href}">${label}</a>`
    : html`<button class="button button-small" type="button" disabled>${label}</button>`
}

function flowRow({ flow, verdict }: ListedFlow, names: FlowNames): Html {
  const why = verdict && flow.status !== 'completed' ? midSentence(verdict.title) : reasonOf(flow)
  const [correlationId] = flow.correlationIds
  return html`<tr>
                <td>${flowStatus(flow)}</td>
                <td>
                  <div class="identity">
                    ${appMark(appOf(flow, names))}
                    <p><a class="row-link breakable" href="${flowHref(flow)}">${clientNameIn(flow, names)}</a><span class="faint breakable">${personIn(flow, names) ?? 'no user yet'}</span></p>
                  </div>
                </td>
                <td data-label="Step reached">
                  <div class="stack stack-tight">
                    <span class="track" aria-hidden="true">${flowSteps.map((step) => trackPart(flow.steps[step]))}</span>
                    <span class="small">${stepNames[flow.step]}${why && `, ${why}`}</span>
                  </div>
                </td>
                <td class="num nowrap" data-label="Duration">${durationOf(flow)}</td>
                <td class="nowrap" data-label="Started">${startedAt(flow.startedAt)}</td>
                <td class="minor" data-label="Correlation ID">${correlationId ? html`<code class="small-code nowrap">${correlationId}</code>` : html`<span class="faint">None</span>`}</td>
              </tr>`
}

function trackPart(state: Flow['steps'][keyof Flow['steps']]): Html {
  return html`<i${state !== 'skipped' && html` data-state="${state}"`}></i>`
}

/** Today’s have the time alone. */
function startedAt(at: Date): Html {
  const isToday = formatDate(at) === formatDate(new Date(Date.now()))
  return time(at, isToday ? formatClock(at) : `${formatDate(at)}, ${formatClock(at)}`)
}
