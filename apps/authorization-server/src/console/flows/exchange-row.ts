import type { FlowServer, Story, StoryExchange } from '@neonpanel/flows/story'
import type { Comparison } from '@neonpanel/flows/verdicts/verdict'
import { type Html, html, raw, when } from '../../web/html.ts'
import { requestText, responseText } from './exchange-text.ts'
import { durationText } from './flow-words.ts'

/** Where the servers are reached, without scheme. */
export type Hosts = Readonly<Record<FlowServer, string>>

export interface ExchangeView {
  readonly story: Story
  readonly hosts: Hosts
  /** What stands above the exchange: the title of its step. */
  readonly opening: Html | undefined
  /** Whether the flow failed by it. */
  readonly isCulprit: boolean
  /** Values that the request shows wrongly. */
  readonly wrong: Comparison | undefined
}

/** One request and its answer: when, between whom, and its details to be opened. */
export function exchangeRow(exchange: StoryExchange, view: ExchangeView): Html {
  const { server, at, request, response } = exchange
  const lane = server === 'authorization-server' ? 'auth' : 'mcp'
  const answer = String(response?.status ?? 'none')
  return html`<div class="exchange"${view.isCulprit && html` data-state="failed"`}>
              <p class="exchange-time"><span class="visually-hidden">At </span>${durationText(at.getTime() - view.story.startedAt.getTime())}</p>
              <div class="lanes" aria-hidden="true">
                <span class="message" data-between="client ${lane}">${request.method}</span>
                <span class="message" data-between="client ${lane}" data-kind="response" data-dir="back">${answer}</span>
                <span class="busy" data-at="${lane}"></span>
              </div>
              <div class="exchange-body">
                ${view.opening}
                ${call(exchange, view)}
                ${remarks(exchange, view).map((text) => html`<p class="faint breakable">${text}</p>`)}
              </div>
            </div>`
}

const serverNames: Readonly<Record<FlowServer, string>> = {
  'authorization-server': 'Authorization server',
  'resource-server': 'MCP server',
}

function call(exchange: StoryExchange, { hosts, isCulprit, wrong }: ExchangeView): Html {
  const { id, server, durationMs, request, response } = exchange
  return html`<details class="call" id="exchange-${id}"${when(isCulprit, 'open')}>
                  <summary>
                    <span class="call-lanes">Client to ${serverNames[server]}</span>
                    <span class="method">${request.method}</span>
                    <span class="path breakable">${pathOf(request.url)}${rpcOf(request.body)}</span>
                    <span class="http" data-tone="${toneOf(exchange)}">${response?.status ?? 'no answer'}</span>
                    <span class="faint nowrap">${durationText(durationMs)}</span>
                    <span class="chevron"></span>
                  </summary>
                  <div class="stack">
                    ${message('Request', requestText(exchange, hosts[server], wrong))}
                    ${message('Response', responseText(exchange))}
                  </div>
                </details>`
}

function message(title: string, text: Html): Html {
  return html`<div class="stack stack-tight">
                      <h4 class="eyebrow">${title}</h4>
                      <div class="code-block"><pre>${raw(text.markup.trimEnd())}</pre></div>
                    </div>`
}

/** Without its query, and with places to break. */
function pathOf(url: string): Html {
  const parts = (url.split('?')[0] ?? '').split(/(?<=\/)/)
  return html`${parts.map((part, index) => html`${index > 1 && raw('<wbr>')}${part}`)}`
}

function rpcOf(body: unknown): Html | undefined {
  if (typeof body !== 'object' || body === null || !('method' in body)) return undefined
  return html` <span class="rpc">${String(body.method)}</span>`
}

/** The 401 that sends a client on its way. */
function isChallenge({ step, server, response }: StoryExchange): boolean {
  return step === 'discovery' && server === 'resource-server' && response?.status === 401
}

function toneOf(exchange: StoryExchange): 'ok' | 'neutral' | 'danger' {
  if (isChallenge(exchange)) return 'neutral'
  const { status } = exchange.response ?? {}
  return status !== undefined && status < 400 ? 'ok' : 'danger'
}

/** What the servers know of an exchange and its messages do not say. */
function remarks(exchange: StoryExchange, { story }: ExchangeView): string[] {
  const expected = isChallenge(exchange) ? ['Expected. It tells the client where to sign in.'] : []
  const { correlationId } = exchange
  const notes = story.notes.filter(
    (note) => correlationId !== undefined && note.correlationId === correlationId,
  )
  const told = notes.map(({ reason, got, expected: wanted }) => {
    const values = [got && `got ${got}`, wanted && `expected ${wanted}`].filter(Boolean)
    return `Noted: ${reason.replaceAll('_', ' ')}${values.length > 0 ? `, ${values.join(', ')}` : ''}.`
  })
  return [...expected, ...new Set(told)]
}
