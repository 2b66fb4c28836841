import { flowSteps } from '@neonpanel/flows/story'
import { type Html, html } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { time } from '../../web/time.ts'
import { counted } from '../pager.ts'
import { advice } from './diagnosis.ts'
import {
  clientNameIn,
  durationOf,
  type FlowNames,
  flowHref,
  flowStatus,
  flowTitle,
  personIn,
  stepNames,
} from './flow-words.ts'
import { liveState } from './live.ts'
import { reasonOf } from './reason.ts'
import { runsOf } from './runs.ts'
import { type TimelineView, timeline } from './timeline.ts'

export interface FlowView extends TimelineView {
  readonly names: FlowNames
}

/** One flow: what became of it and why, and everything that was exchanged. */
export function flowPage(view: FlowView): Html {
  const { flow, verdict } = view
  return html`${pageHeader(view)}
    <div class="stack stack-loose" id="flow" data-live>
      ${summary(view)}
      ${verdict && flow.status === 'completed' && advice(verdict)}
      ${timeline(view)}
    </div>`
}

function pageHeader(view: FlowView): Html {
  const { flow, story, verdict, names } = view
  const end = runsOf(flow, story, verdict).find(({ isEnd }) => isEnd)
  const file = (format: string) => `${flowHref(flow)}/export?format=${format}`
  return html`<header class="page-header" id="flow-header" data-live>
      <nav aria-label="Breadcrumb">
        <ol class="breadcrumb">
          <li><a href="/console/flows">Flows</a></li>
          <li><code>${flow.id}</code></li>
        </ol>
      </nav>
      <div class="spread">
        <h1><span class="breakable">${flowTitle(flow, names)}</span></h1>
        <div class="cluster">
          <a class="button" href="${file('har')}" download>${icon('external')}Export HAR</a>
          <a class="button" href="${file('json')}" download>JSON</a>
          <a class="button" href="${file('mermaid')}" download>Mermaid</a>
          ${flow.status === 'failed' && end && html`<a class="button button-primary" href="#${end.id}">Go to the failed step</a>`}
        </div>
      </div>
      <p class="cluster">
        ${flowStatus(flow, true)}
        <span class="muted">${inShort(view)}${liveState}</span>
      </p>
    </header>`
}

/** Beside the status: why, or how much came of it. */
function inShort({ flow, verdict }: FlowView): string {
  if (flow.status !== 'completed') return verdict?.title ?? reasonOf(flow) ?? ''
  const done = Object.values(flow.steps).filter((state) => state === 'ok').length
  const steps = done === flowSteps.length ? `All ${done} steps` : counted(done, 'step')
  return flow.step === 'tool_call' ? `${steps}, first tool call answered` : steps
}

const stateWords = {
  ok: 'done',
  failed: 'failed',
  stopped: 'stopped here',
  live: 'waiting',
  skipped: 'not reached or not needed',
} as const

function summary(view: FlowView): Html {
  const { flow, story, verdict } = view
  const { steps } = flow
  const runs = runsOf(flow, story, verdict)
  const anchor = (step: (typeof flowSteps)[number]) =>
    (runs.find((run) => run.isEnd && run.step === step) ?? runs.find((run) => run.step === step))!
      .id
  return html`<section class="card card-body stack stack-loose" aria-label="Summary">
        <dl class="facts facts-row">${facts(view)}</dl>
        <nav aria-label="Steps of this flow">
          <ol class="track-nav">
            ${flowSteps.map((step) => html`<li data-state="${steps[step]}"><a href="#${anchor(step)}">${stepNames[step]}<span class="visually-hidden">, ${stateWords[steps[step]]}</span></a></li>`)}
          </ol>
        </nav>
      </section>`
}

function facts({ flow, names }: FlowView): Html[] {
  const { clientId, personId, grantId, startedAt, correlationIds } = flow
  const clientHref = clientId && `/console/clients/${encodeURIComponent(clientId)}`
  const fact = (name: string, value: Html | string) =>
    html`<div><dt>${name}</dt><dd>${value}</dd></div>`
  const [correlationId] = correlationIds
  return [
    fact(
      'Client',
      clientHref
        ? html`<a class="breakable" href="${clientHref}">${clientNameIn(flow, names)}</a>`
        : 'Unknown',
    ),
    fact(
      'User',
      personId
        ? html`<a class="breakable" href="/console/users/${encodeURIComponent(personId)}">${personIn(flow, names)}</a>`
        : 'Not known yet',
    ),
    fact('Started', time(startedAt)),
    fact('Duration', html`<span class="nums">${durationOf(flow)}</span>`),
    ...(correlationId ? [fact('Correlation ID', auditLink(correlationId))] : []),
    ...(grantId && clientHref
      ? [
          fact(
            'Grant',
            html`<a class="breakable" href="${clientHref}#grants-title"><code>${grantId}</code></a>`,
          ),
        ]
      : []),
  ]
}

function auditLink(correlationId: string): Html {
  return html`<a href="/console/audit?correlation_id=${encodeURIComponent(correlationId)}"><code>${correlationId}</code></a>`
}
