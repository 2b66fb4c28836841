import type { Fields, FlowStep, StoryExchange } from '@neonpanel/flows/story'
import type { PersonaStep } from '@neonpanel/personas/engine/journal'
import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'
import type { Style, Terminal } from '../terminal.ts'

/** What the steps of a story are called beside the sentences. */
export const stepNames: Readonly<Record<FlowStep, string>> = {
  discovery: 'discovery',
  register: 'registration',
  authorize: 'sign-in',
  sign_in: 'sign-in',
  consent: 'consent',
  code: 'code',
  token: 'token',
  connect: 'connection',
  tool_call: 'tool call',
}

const nameWidth = 13
const timeWidth = 7
const indent = nameWidth + timeWidth + 2
/** Of a request: where its status and its duration stand. */
const durationWidth = 9

export interface TimelineOptions {
  readonly startedAt: Date
  /** Headers and bodies below each request. */
  readonly verbose: boolean
}

/** What a run calls while it goes on. */
export interface Timeline {
  readonly onExchange: (exchange: StoryExchange) => void
  readonly onStep: (step: PersonaStep) => void
  /** Prints the requests that no step was said of. */
  readonly end: () => void
}

/**
 * Prints a run while it goes on: each step with its time and, in words, what was done, and below it the requests that
 * it took. What is printed never exceeds the width of the terminal.
 */
export function createTimeline(
  terminal: Terminal,
  { startedAt, verbose }: TimelineOptions,
): Timeline {
  const waiting: StoryExchange[] = []
  let shown = ''
  const printRequests = () => {
    for (const exchange of waiting.splice(0)) {
      terminal.out(requestLine(terminal, exchange))
      if (verbose) terminal.out(messages(terminal, exchange))
    }
  }
  return {
    onExchange: (exchange) => void waiting.push(exchange),
    onStep({ step, says, ok, at }) {
      const name = stepNames[step]
      const seconds = ((at.getTime() - startedAt.getTime()) / 1000).toFixed(2)
      const head = [
        terminal.style('bold', (name === shown ? '' : name).padEnd(nameWidth)),
        terminal.style('dim', `${seconds} s `.padEnd(timeWidth)),
        ok ? terminal.style('green', '✓ ') : terminal.style('red', '✗ '),
      ].join('')
      shown = name
      terminal.out(head + hang(terminal, says, indent))
      printRequests()
    },
    end: printRequests,
  }
}

/** A text that goes on below itself, `left` cells from the edge. Only what is longer than a line is cut. */
export function hang(terminal: Terminal, text: string, left: number): string {
  const width = Math.max(20, terminal.columns - left)
  const wrapped = wrapAnsi(text, width)
  return wrapAnsi(wrapped, width, { hard: true, trim: false }).replaceAll(
    '\n',
    `\n${' '.repeat(left)}`,
  )
}

function requestLine(terminal: Terminal, { request, response, durationMs }: StoryExchange): string {
  const room = terminal.columns - indent - 4 - durationWidth
  const status = response ? String(response.status) : '–'
  const asked = clip(`${request.method} ${request.url.split('?')[0]}`, room)
  return [
    ' '.repeat(indent),
    terminal.style(colourOf(response?.status), status.padEnd(4)),
    asked + ' '.repeat(Math.max(0, room - stringWidth(asked))),
    terminal.style('dim', `${Math.round(durationMs)} ms`.padStart(durationWidth)),
  ].join('')
}

function clip(text: string, room: number): string {
  return text.length > room ? `${text.slice(0, room - 1)}…` : text
}

function colourOf(status: number | undefined): Style {
  if (status === undefined || status >= 500) return 'red'
  return status >= 400 ? 'yellow' : 'green'
}

function messages(terminal: Terminal, { request, response }: StoryExchange): string {
  const lines = [
    `> ${request.method} ${request.url}`,
    ...messageLines('>', request.headers, request.body),
    response ? `< ${response.status}` : '< no answer',
    ...(response ? messageLines('<', response.headers, response.body) : []),
  ]
  return lines
    .map((line) => ' '.repeat(indent) + terminal.style('dim', hang(terminal, line, indent)))
    .join('\n')
}

function messageLines(mark: string, headers: Fields, body: unknown): string[] {
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one) => `${mark} ${name}: ${one}`),
  )
  if (body === undefined || body === null || body === '') return fields
  const text = typeof body === 'string' ? body : JSON.stringify(body, null, 2)
  return [...fields, mark, ...text.split('\n').map((line) => `${mark} ${line}`)]
}
