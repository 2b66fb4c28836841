import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { type FlowStatus, type FlowStep, flowSteps } from '@neonpanel/flows/story'
import { type Html, html, when } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { type App, appMark, appName } from '../../web/identity.ts'
import { formatDateTime, time } from '../../web/time.ts'
import { listTime } from '../list-time.ts'
import { counted } from '../pager.ts'
import type { FlowFilter } from './flow-filter.ts'
import { reasonOf } from './reason.ts'

/** Names of what flows name by id. */
export interface FlowNames {
  readonly apps: ReadonlyMap<string, App>
  /** E-mail addresses by person id. */
  readonly people: ReadonlyMap<string, string>
}

export interface FlowsView {
  readonly flows: readonly Flow[]
  /** How many there are of each status, whatever the filter. */
  readonly counts: Readonly<Record<FlowStatus, number>>
  readonly filter: FlowFilter
  readonly names: FlowNames
  /** Whether older events were not looked at. */
  readonly isCut: boolean
  /** Address of the next page, if there is one. */
  readonly olderHref: string | undefined
}

export function flowsPage(view: FlowsView): Html {
  const { flows, filter, isCut } = view
  return html`<header class="page-header">
      <h1>Flows</h1>
      <p class="lede">Every attempt to connect a client, from discovery to the first tool call. Kept for seven days; secrets are never recorded.</p>
    </header>
    <div class="stack">
      ${statusLinks(view)}
      <form class="toolbar" method="get" role="search">
        ${filter.status && html`<input type="hidden" name="status" value="${filter.status}">`}
        ${filter.clientId && html`<input type="hidden" name="client_id" value="${filter.clientId}">`}
        <div class="search">
          ${icon('search')}
          <label class="visually-hidden" for="q">Search flows</label>
          <input class="input" id="q" name="q" type="search" value="${filter.search ?? ''}" placeholder="Person, flow or correlation ID">
        </div>
        <button class="button" type="submit">Filter</button>
        ${filter.clientId && html`<p class="cluster"><span class="badge">Client ${filter.clientId}</span><a class="small" href="/console/flows">Show all clients</a></p>`}
      </form>
      ${flows.length > 0 ? flowsTable(view) : noFlows}
      ${isCut && html`<p class="faint">Older flows are in the audit log: this page looks at the last 6,000 requests.</p>`}
    </div>`
}

const statusNames = {
  failed: 'Failed',
  in_progress: 'In progress',
  denied: 'Denied',
  abandoned: 'Abandoned',
  completed: 'Completed',
} as const satisfies Record<FlowStatus, string>

function statusLinks({ counts, filter }: FlowsView): Html {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const link = (status: FlowStatus | undefined, label: string, count: number) => {
    const query = new URLSearchParams({
      ...(status && { status }),
      ...(filter.clientId && { client_id: filter.clientId }),
    })
    return html`<a href="/console/flows?${String(query)}"${when(status === filter.status, 'aria-current="true"')}>${label} <span>${count}</span></a>`
  }
  const statuses = Object.keys(statusNames) as FlowStatus[]
  return html`<nav class="segmented" aria-label="Status">
        ${link(undefined, 'All', all)}
        ${statuses.map((status) => link(status, statusNames[status], counts[status]))}
      </nav>`
}

const noFlows = html`<section class="card empty" aria-label="Flows">
        ${icon('flow')}
        <h2>No flows match</h2>
        <p>A flow begins when a client sends somebody here, or is refused.</p>
        <p class="cluster"><a class="button" href="/console/flows">Show all flows</a></p>
      </section>`

function flowsTable({ flows, names, olderHref }: FlowsView): Html {
  return html`<section class="card table-wrap" aria-label="Flows">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Status</th>
              <th scope="col">Client and user</th>
              <th scope="col">Step reached</th>
              <th class="num" scope="col">Duration</th>
              <th scope="col">Started, UTC</th>
            </tr>
          </thead>
          <tbody>${flows.map((flow) => flowRow(flow, names))}</tbody>
        </table>
        <footer class="card-footer">
          <p>${counted(flows.length, 'flow')}</p>
          ${olderHref && html`<p><a class="button button-small" href="${olderHref}">Older</a></p>`}
        </footer>
      </section>`
}

const statusTones = {
  completed: html` data-tone="ok"`,
  failed: html` data-tone="danger" data-shape="square"`,
  denied: html` data-tone="neutral"`,
  abandoned: html` data-tone="neutral" data-shape="ring"`,
  in_progress: html` data-tone="accent" data-shape="ring"`,
} as const satisfies Record<FlowStatus, Html>

export function flowStatus({ status, step }: Flow, withStep = false): Html {
  const at = withStep && status === 'failed' ? ` at ${stepNames[step].toLowerCase()}` : ''
  return html`<span class="status"${statusTones[status]}>${statusNames[status]}${at}</span>`
}

const stepNames: Readonly<Record<FlowStep, string>> = {
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

function flowRow(flow: Flow, names: FlowNames): Html {
  const app = appOf(flow, names)
  const { steps: states } = flow
  const reason = reasonOf(flow)
  return html`<tr>
              <td>${flowStatus(flow)}</td>
              <td>
                <div class="identity">
                  ${appMark(app)}
                  <p><a class="row-link" href="${flowHref(flow)}">${clientNameIn(flow, names)}</a><span class="faint breakable">${personOf(flow, names)}</span></p>
                </div>
              </td>
              <td data-label="Step reached">
                <div class="stack stack-tight">
                  <span class="track" aria-hidden="true">${flowSteps.map((step) => html`<i${states[step] !== 'skipped' && html` data-state="${states[step]}"`}></i>`)}</span>
                  <span class="small">${stepNames[flow.step]}${reason && `, ${reason}`}</span>
                </div>
              </td>
              <td class="num nowrap" data-label="Duration">${durationText(flow)}</td>
              <td class="nowrap" data-label="Started">${listTime(flow.startedAt)}</td>
            </tr>`
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

function personOf({ personId }: Flow, { people }: FlowNames): string {
  return personId ? (people.get(personId) ?? personId) : 'no user yet'
}

function durationText({ startedAt, endedAt }: Flow): string {
  const seconds = (endedAt.getTime() - startedAt.getTime()) / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  return `${Math.floor(seconds / 60)} m ${Math.floor(seconds % 60)} s`
}

/** One flow: its steps, and the events that tell it. */
export function flowPage(flow: Flow, names: FlowNames): Html {
  const reason = reasonOf(flow)
  return html`<header class="page-header">
      <nav aria-label="Breadcrumb">
        <ol class="breadcrumb">
          <li><a href="/console/flows">Flows</a></li>
          <li><code>${flow.id}</code></li>
        </ol>
      </nav>
      <h1>${titles[flow.status](clientNameIn(flow, names))}</h1>
      <p class="cluster">${flowStatus(flow, true)} ${reason && html`<span class="muted">${reason}</span>`}</p>
    </header>
    <div class="stack stack-loose">
      ${summary(flow, names)}
      <section class="card table-wrap" aria-labelledby="requests-title">
        <header class="card-header"><h2 id="requests-title">Requests</h2></header>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">After</th>
              <th scope="col">Step</th>
              <th scope="col">Request</th>
              <th scope="col">Answer</th>
              <th class="minor" scope="col">Correlation ID</th>
            </tr>
          </thead>
          <tbody>${flow.exchanges.map((exchange) => exchangeRow(flow, exchange))}</tbody>
        </table>
      </section>
    </div>`
}

const titles: Readonly<Record<FlowStatus, (name: string) => string>> = {
  completed: (name) => `${name} is connected`,
  failed: (name) => `${name} was refused`,
  denied: (name) => `${name} was not let in`,
  in_progress: (name) => `${name} is connecting`,
  abandoned: (name) => `${name} never came back`,
}

const stateWords = {
  ok: 'done',
  failed: 'failed',
  stopped: 'stopped here',
  live: 'waiting',
  skipped: 'not reached or not needed',
} as const

function summary(flow: Flow, names: FlowNames): Html {
  const { steps: states } = flow
  const first = new Map(flow.exchanges.toReversed().map(({ step, id }) => [step, id]))
  return html`<section class="card card-body stack stack-loose" aria-label="Summary">
        <dl class="facts facts-row">
          <div><dt>Client</dt><dd>${flow.clientId ? html`<a class="breakable" href="/console/clients/${encodeURIComponent(flow.clientId)}">${clientNameIn(flow, names)}</a>` : 'Unknown'}</dd></div>
          <div><dt>User</dt><dd>${flow.personId ? html`<a href="/console/users/${encodeURIComponent(flow.personId)}">${personOf(flow, names)}</a>` : 'Not known yet'}</dd></div>
          <div><dt>Started</dt><dd>${time(flow.startedAt, formatDateTime(flow.startedAt))}</dd></div>
          <div><dt>Duration</dt><dd class="nums">${durationText(flow)}</dd></div>
        </dl>
        <nav aria-label="Steps of this flow">
          <ol class="track-nav">
            ${flowSteps.map((step) => html`<li data-state="${states[step]}"><a href="#${first.get(step) ?? 'requests-title'}">${stepNames[step]}<span class="visually-hidden">, ${stateWords[states[step]]}</span></a></li>`)}
          </ol>
        </nav>
      </section>`
}

function exchangeRow(flow: Flow, exchange: Flow['exchanges'][number]): Html {
  const { id, at, step, method, path, status, correlationId } = exchange
  const after = at.getTime() - flow.startedAt.getTime()
  const isBad = status === undefined || status >= 400
  const answer = String(status ?? 'none')
  return html`<tr id="${id}">
              <td class="nowrap">${time(at, after < 1000 ? `${after} ms` : `${(after / 1000).toFixed(1)} s`)}</td>
              <td data-label="Step">${stepNames[step]}</td>
              <td class="breakable" data-label="Request"><code class="small-code">${method} ${path}</code></td>
              <td data-label="Answer">${isBad ? html`<span class="status" data-tone="danger" data-shape="square">${answer}</span>` : answer}</td>
              <td class="minor" data-label="Correlation ID">${correlationId ? html`<a href="/console/audit?correlation_id=${encodeURIComponent(correlationId)}"><code class="small-code nowrap">${correlationId}</code></a>` : html`<span class="faint">None</span>`}</td>
            </tr>`
}
