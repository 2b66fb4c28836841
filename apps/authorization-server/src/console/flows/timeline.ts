import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { type FlowStep, flowSteps, type Story, type StoryExchange } from '@neonpanel/flows/story'
import type { Verdict } from '@neonpanel/flows/verdicts/verdict'
import { type Wait, waitsOf } from '@neonpanel/flows/waits'
import { type Html, html } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { diagnosis } from './diagnosis.ts'
import { exchangeRow, type Hosts } from './exchange-row.ts'
import { durationText, stepNames } from './flow-words.ts'
import { type Run, type RunState, runsOf } from './runs.ts'

export interface TimelineView {
  readonly flow: Flow
  readonly story: Story
  readonly verdict: Verdict | undefined
  readonly hosts: Hosts
}

/** The flow as a sequence of exchanges between the client and both servers. */
export function timeline(view: TimelineView): Html {
  const { flow, story, verdict, hosts } = view
  const waits = new Map(waitsOf(story).map((wait) => [wait.exchangeId, wait]))
  const client = flow.exchanges.find(({ address }) => address)?.address
  const lane = (shape: 'terminal' | 'key' | 'server', name: string, place: string) =>
    html`<li>${icon(shape, 'icon icon-large')}${name} <small>${place}</small></li>`
  return html`<section class="card flow" aria-labelledby="sequence-title">
        <h2 class="visually-hidden" id="sequence-title">Sequence</h2>
        <div class="flow-lanes" aria-hidden="true">
          <ul>
            ${lane('terminal', 'Client', client ?? '')}
            ${lane('key', 'Authorization server', hosts['authorization-server'])}
            ${lane('server', 'MCP server', hosts['resource-server'])}
          </ul>
        </div>
        <ol>${runsOf(flow, story, verdict).map((run) => flowStep(run, view, waits))}</ol>
      </section>`
}

/** What the design draws; a step that somebody stopped is no failure. */
const drawn: Readonly<Record<RunState, 'ok' | 'failed' | 'skipped'>> = {
  ok: 'ok',
  live: 'ok',
  stopped: 'ok',
  failed: 'failed',
  skipped: 'skipped',
}

function flowStep(run: Run, view: TimelineView, waits: ReadonlyMap<string, Wait>): Html {
  const { flow, verdict } = view
  const opening = html`${stepTitle(run)}${run.isEnd && verdict && flow.status !== 'in_progress' && diagnosis(verdict, flow)}`
  return html`<li class="flow-step" id="${run.id}" data-state="${drawn[run.state]}">
            ${run.exchanges.length > 0 ? exchangesOf(run, view, waits, opening) : silentStep(run, opening)}
          </li>`
}

/** The title stands at the first exchange, the diagnosis at the one that shows it. */
function exchangesOf(
  run: Run,
  { story, verdict, hosts }: TimelineView,
  waits: ReadonlyMap<string, Wait>,
  opening: Html,
): Html[] {
  const named = run.exchanges.find(({ id }) => id === verdict?.evidence.exchangeId)
  const culprit = run.state === 'failed' ? (named ?? run.exchanges.at(-1)) : undefined
  return run.exchanges.map((exchange, index) => {
    const wait = waits.get(exchange.id)
    const isCulprit = exchange === culprit
    const row = exchangeRow(exchange, {
      story,
      hosts,
      opening: index === 0 ? opening : undefined,
      isCulprit,
      wrong: isCulprit ? verdict?.evidence.compare : undefined,
    })
    return html`${pauseBefore(exchange, story, waits)}${row}${wait && gap(waitText(wait))}`
  })
}

/** Steps that begin at the MCP server. */
const atMcpServer: ReadonlySet<FlowStep> = new Set(['discovery', 'connect', 'tool_call'])

function silentStep({ step, state }: Run, opening: Html): Html {
  const server = atMcpServer.has(step) ? 'mcp' : 'auth'
  const isCode = step === 'code' && state === 'ok'
  // Where somebody never came, nothing was sent.
  const message =
    (state === 'skipped' || isCode) &&
    html`<span class="message" data-between="client ${server}" data-solo${isCode && html` data-dir="back"`}>${isCode && 'code'}</span>`
  return html`<div class="exchange"${drawn[state] !== 'ok' && html` data-state="${drawn[state]}"`}>
              <p class="exchange-time"></p>
              <div class="lanes" aria-hidden="true">${message}</div>
              <div class="exchange-body">
                ${opening}
                ${isCode && html`<p class="faint">It came with the answer to the authorization request.</p>`}
              </div>
            </div>`
}

/** Steps that the person’s browser takes. */
const byBrowser: ReadonlySet<FlowStep> = new Set(['authorize', 'sign_in', 'consent', 'code'])

function stepTitle(run: Run): Html {
  const { step } = run
  return html`<h3 class="step-title"><span class="step-number">${flowSteps.indexOf(step) + 1}</span>${stepNames[step]} ${stepBadge(run)}</h3>`
}

function stepBadge({ step, state, isUnneeded }: Run): Html | undefined {
  switch (state) {
    case 'failed':
      return html`<span class="badge" data-tone="danger">${icon('x')}Failed here</span>`
    case 'stopped':
      return html`<span class="badge" data-tone="neutral">Stopped here</span>`
    case 'live':
      return html`<span class="badge" data-tone="accent">Waiting</span>`
    case 'skipped':
      return html`<span class="badge badge-plain">${isUnneeded ? 'Not needed' : 'Not reached'}</span>`
    case 'ok':
      return byBrowser.has(step) ? html`<span class="badge badge-plain">Browser</span>` : undefined
  }
}

function gap(text: string): Html {
  return html`<div class="flow-gap">
              <div class="lanes" aria-hidden="true"></div>
              <p>${icon('clock')}${text}</p>
            </div>`
}

function waitText({ step, durationMs, isOpen }: Wait): string {
  const duration = durationText(durationMs)
  if (isOpen) {
    return `${duration} so far on the ${step === 'consent' ? 'consent' : 'sign-in'} page, waiting for the person`
  }
  return step === 'consent'
    ? `${duration} reading the consent page`
    : `${duration} on the sign-in page`
}

const longPauseMs = 1_000

/** A longer silence that is nobody’s wait for a person. */
function pauseBefore(
  exchange: StoryExchange,
  { exchanges }: Story,
  waits: ReadonlyMap<string, Wait>,
): Html | undefined {
  const before = exchanges[exchanges.indexOf(exchange) - 1]
  if (!before || waits.has(before.id)) return undefined
  const pauseMs = exchange.at.getTime() - before.at.getTime() - before.durationMs
  if (pauseMs < longPauseMs) return undefined
  const where = exchange.step === 'tool_call' ? 'in the conversation' : 'until the next request'
  return gap(`${durationText(pauseMs)} ${where}`)
}
