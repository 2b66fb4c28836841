import type { FlowStep, Story, StoryExchange } from '../story.ts'
import type { Verdict } from '../verdicts/verdict.ts'
import { waitsOf } from '../waits.ts'

/** Steps that a person's browser takes. */
const byBrowser: ReadonlySet<FlowStep> = new Set(['authorize', 'sign_in', 'consent', 'code'])

/** A story as a Mermaid sequence diagram, which GitHub and many editors draw. */
export function toMermaid(story: Story, verdict?: Verdict): string {
  const waits = waitsOf(story)
  const lines = story.exchanges.flatMap((exchange) => {
    const wait = waits.find(({ exchangeId }) => exchangeId === exchange.id)
    return [
      ...messagesOf(exchange),
      ...(wait ? [`Note over B: ${seconds(wait.durationMs)} on the ${wait.step} page`] : []),
    ]
  })
  const found = verdict && `Note over C,RS: ${plain(`${verdict.title}. ${verdict.fix}`)}`
  return `${[
    'sequenceDiagram',
    `  participant C as ${plain(story.clientName ?? story.clientId ?? 'Client')}`,
    '  participant B as Browser',
    '  participant AS as Authorization server',
    '  participant RS as MCP server',
    ...lines.map((line) => `  ${line}`),
    ...(found ? [`  ${found}`] : []),
  ].join('\n')}\n`
}

function messagesOf(exchange: StoryExchange): string[] {
  const { step, server, request, response } = exchange
  const caller = byBrowser.has(step) && server === 'authorization-server' ? 'B' : 'C'
  const callee = server === 'authorization-server' ? 'AS' : 'RS'
  const asked = plain(`${request.method} ${request.url.split('?')[0]}${rpcMethod(request.body)}`)
  const answer = response ? `${response.status}${errorIn(response.body)}` : 'no answer'
  const arrow = response && response.status < 400 ? '-->>' : '--x'
  return [`${caller}->>${callee}: ${asked}`, `${callee}${arrow}${caller}: ${plain(answer)}`]
}

function rpcMethod(body: unknown): string {
  return typeof body === 'object' && body !== null && 'method' in body ? ` ${body.method}` : ''
}

function errorIn(body: unknown): string {
  return typeof body === 'object' &&
    body !== null &&
    'error' in body &&
    typeof body.error === 'string'
    ? ` ${body.error}`
    : ''
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}

/** Text that ends no line and begins no markup. */
function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[#;<>{}"`]/g, (character) => `#${character.charCodeAt(0)};`)
    .slice(0, 300)
}
