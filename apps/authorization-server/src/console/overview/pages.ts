import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { ago } from '../../web/ago.ts'
import { breakable, type Html, html, when } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { formatClock, formatDate } from '../../web/time.ts'
import { clientNameIn, type FlowNames, flowHref, flowStatus } from '../flows/flow-words.ts'
import { reasonOf } from '../flows/reason.ts'
import { counted } from '../pager.ts'
import { barChart, sparkline } from './charts.ts'
import { type Figures, type Part, type Period, periods } from './figures.ts'
import type { SetupStep } from './setup.ts'

export interface OverviewView {
  readonly figures: Figures
  readonly names: FlowNames
  readonly faultsOn: number
  readonly issuer: string
  readonly steps: readonly SetupStep[]
}

export function overviewPage(view: OverviewView): Html {
  const { figures, issuer } = view
  const periodLink = (period: Period) =>
    html`<a href="?period=${period}"${when(period === figures.period, 'aria-current="true"')}>${periods[period].label}</a>`
  return html`<header class="page-header">
      <div class="spread">
        <h1>Overview</h1>
        <nav class="segmented" aria-label="Period">${(Object.keys(periods) as Period[]).map(periodLink)}</nav>
      </div>
      <p class="lede">Sign-ins and tokens of ${new URL(issuer).host} in ${periods[figures.period].words}.</p>
    </header>
    <div class="stack stack-loose">
      ${tiles(figures)}
      <div class="columns columns-aside">
        ${chartCard(figures)}
        ${attentionCard(view)}
      </div>
      ${setupCard(view)}
    </div>`
}

function tiles({ flows, parts, activeGrants, isCut }: Figures): Html {
  const count = (...statuses: Flow['status'][]) =>
    flows.filter(({ status }) => statuses.includes(status)).length
  const [completed, failed, stopped] = [
    count('completed'),
    count('failed'),
    count('denied', 'abandoned'),
  ]
  const share =
    flows.length === 0 ? 'None yet' : `${((completed / flows.length) * 100).toFixed(1)}%`
  const tokens = parts.reduce((sum, part) => sum + part.tokens, 0)
  const series = (name: Exclude<keyof Part, 'from'>) => parts.map((part) => part[name])
  return html`<dl class="tiles">
        ${tile('Authorizations started', number(flows.length), isCut ? 'Counted from the last 6,000 requests' : `${count('in_progress')} in progress`, sparkline(series('started')))}
        ${tile('Completed', share, `${number(completed)} of ${number(flows.length)}`, sparkline(series('completed')))}
        ${tile('Failed', number(failed), `${number(stopped)} more denied or abandoned`, sparkline(series('failed'), 'danger'), failed > 0)}
        ${tile('Access tokens issued', number(tokens), `${counted(activeGrants, 'grant')} active now`, sparkline(series('tokens')))}
      </dl>`
}

const number = (value: number) => value.toLocaleString('en-GB')

function tile(title: string, value: string, note: string, line: Html, alerts = false): Html {
  return html`<div class="card tile">
          <dt>${title}</dt>
          <dd class="tile-value${alerts && ' tile-alert'}">${value}</dd>
          <dd>${note}</dd>
          <dd>${line}</dd>
        </div>`
}

function chartCard({ parts, period }: Figures): Html {
  const byDay = period === '7d'
  return html`<section class="card" aria-labelledby="chart-title">
          <header class="card-header">
            <h2 id="chart-title">Flows over time, UTC</h2>
            <ul class="legend">
              <li>Completed</li>
              <li data-tone="danger">Failed</li>
            </ul>
          </header>
          <div class="card-body">${barChart(parts, (from) => (byDay ? formatDate(from).slice(0, -5) : formatClock(from).slice(0, 5)))}</div>
        </section>`
}

function attentionCard({ figures, names, faultsOn }: OverviewView): Html {
  const failed = figures.flows.filter(({ status }) => status === 'failed').slice(0, 3)
  const item = (flow: Flow) =>
    html`<li class="stack stack-tight">
              <p class="spread">${flowStatus(flow, true)} <span class="faint">${ago(flow.startedAt)}</span></p>
              <p><a class="row-link" href="${flowHref(flow)}">${clientNameIn(flow, names)}</a> <span class="muted">${reasonOf(flow)}</span></p>
            </li>`
  return html`<section class="card" aria-labelledby="attention-title">
          <header class="card-header">
            <h2 id="attention-title">Needs attention</h2>
            <a class="small" href="/console/flows">All flows</a>
          </header>
          ${
            failed.length === 0 && faultsOn === 0
              ? html`<div class="empty">${icon('check')}<h3>Nothing failed</h3><p>Refused requests are listed here with their reason.</p></div>`
              : html`<ul class="list">
            ${failed.map(item)}
            ${
              faultsOn > 0 &&
              html`<li class="stack stack-tight">
              <p><span class="status" data-tone="warn" data-shape="square">${faultsOn === 1 ? '1 fault is on' : `${faultsOn} faults are on`}</span></p>
              <p><a class="row-link" href="/console/faults">Faults</a> <span class="muted">Requests are answered wrongly on purpose</span></p>
            </li>`
            }
          </ul>`
          }
        </section>`
}

function setupCard({ steps }: OverviewView): Html {
  const done = steps.filter((step) => step.done).length
  return html`<section class="card" aria-labelledby="setup-title">
        <header class="card-header">
          <div>
            <h2 id="setup-title">Connect a client</h2>
            <p class="small">Most clients need only the MCP URL and find the rest themselves.</p>
          </div>
          <p class="badge" data-tone="accent">${done} of ${steps.length} done</p>
        </header>
        <ol class="checklist">${steps.map(checklistItem)}</ol>
        <footer class="card-footer">
          <p>The admin API does all that the console does. <a href="/console/openapi.json">OpenAPI document</a></p>
        </footer>
      </section>`
}

function checklistItem({ done, title, subject, text, url, page }: SetupStep): Html {
  return html`<li>
            <span class="tick"${done && html` data-tone="ok"`}>${done && icon('check')}<span class="visually-hidden">${done ? 'Done' : 'To do'}</span></span>
            <div>
              <h3>${title}</h3>
              <p class="small">${subject && html`<code class="breakable">${subject}</code> `}${text}</p>
            </div>
            ${url && html`<div class="copy-field"><code>${breakable(url)}</code></div>`}
            ${page && html`<p><a class="button button-small" href="${page.href}">${page.label}</a></p>`}
          </li>`
}
