import type { Question } from '../../ask.ts'
import type { Examination } from '../../examination.ts'
import type { Detail, Exchange, Level } from '../../finding.ts'
import { attempted } from '../attempted.ts'

interface Clock {
  readonly where: string
  /** Seconds ahead of this computer's, negative when behind. */
  readonly ahead: number
  readonly exchange: Exchange
}

/** Compares the servers' clocks, as `Date` tells them, with each other and with this computer's. */
export async function examineClocks(x: Examination, serverUrl: string | undefined): Promise<void> {
  const [resource, server] = await Promise.all([
    // GET and HEAD may open a stream there.
    readClock(x, { url: x.mcpUrl, json: { jsonrpc: '2.0', id: 1, method: 'ping' } }),
    serverUrl === undefined ? undefined : readClock(x, { url: serverUrl }),
  ])
  if (resource && server) {
    const ahead = server.ahead - resource.ahead
    const level = levelOf(ahead, 60)
    const exchanges = [resource.exchange, server.exchange]
    if (level) {
      const detail = { where: server.where, got: says(ahead, 'the MCP server'), exchanges }
      x.found('clocks_disagree', { ...detail, expected: 'the same time', level })
      return
    }
  }
  const clock = resource ?? server
  if (!clock) return
  const level = levelOf(clock.ahead, 300)
  if (!level) return
  const detail: Detail = { where: new URL(clock.where).host, exchanges: [clock.exchange], level }
  const now = clock.exchange.at.toUTCString()
  x.found('clock_skew', { ...detail, got: says(clock.ahead, 'this computer'), expected: now })
}

/** @param error seconds from which on tokens are refused */
function levelOf(ahead: number, error: number): Level | undefined {
  const seconds = Math.abs(ahead)
  if (seconds > error) return 'error'
  if (seconds > 60) return 'warning'
  return seconds > 30 ? 'note' : undefined
}

const says = (ahead: number, other: string) =>
  `${Math.round(Math.abs(ahead))} s ${ahead > 0 ? 'ahead of' : 'behind'} ${other}`

async function readClock(x: Examination, question: Question): Promise<Clock | undefined> {
  const answer = await attempted(x.ask(question))
  const told = Date.parse(answer?.headers.get('date') ?? '')
  // What a cache gives was dated when it was new.
  if (!answer || Number.isNaN(told) || answer.headers.has('age')) return undefined
  const { exchange } = answer
  // `Date` has whole seconds, cut off; it was written at some moment of the exchange.
  const halfway = exchange.at.getTime() + exchange.durationMs / 2
  return { where: question.url, ahead: (told + 500 - halfway) / 1000, exchange }
}
