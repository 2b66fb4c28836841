import type { Exchange } from './finding.ts'
import { redactBody, redactHeaders, redactUrl } from './redaction.ts'

/** A request as a check words it. */
export interface Question {
  readonly url: string
  /** Default: GET, or POST with a body. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined
  /** How long to wait for the first event of a stream, which may never come: what is there by then is the answer. */
  readonly streamMs?: number
}

/**
 * The answer, read to its end; of an event stream until the first event, or until the response to the JSON-RPC request
 * that was sent. Redirects are not followed.
 */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON body, or that of the event; undefined when it is none. */
  readonly json: unknown
  readonly exchange: Exchange
}

/** No answer came. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly exchange: Exchange
  /** Node's, such as `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`; `TIMEOUT` when it took too long. */
  readonly code: string

  constructor(exchange: Exchange, code: string, cause: unknown) {
    super(exchange.failure, { cause })
    this.exchange = exchange
    this.code = code
  }
}

/** Sends one request. @throws NoAnswer */
export type Ask = (question: Question) => Promise<Answer>

const shownChars = 2000
/** More of one answer is not read. */
const maxChars = 2_000_000

/**
 * @param timeoutMs how long to wait for one answer
 * @param fetchIt in place of the platform's
 */
export function createAsk(timeoutMs: number, fetchIt: typeof fetch = fetch): Ask {
  return async (question) => {
    const { url, method, headers, body } = written(question)
    const at = new Date()
    const exchangeOf = (rest: Pick<Exchange, 'response' | 'failure'>): Exchange => ({
      at,
      durationMs: Date.now() - at.getTime(),
      request: {
        method,
        url: redactUrl(url),
        headers: redactHeaders(headers),
        body: body && redactBody(headers.get('content-type') ?? '', body),
      },
      ...rest,
    })
    try {
      // A stream that nobody writes to may keep its headers back as well, for as long again.
      const patience = question.streamMs === undefined ? timeoutMs : 2 * question.streamMs
      const signal = AbortSignal.timeout(Math.min(timeoutMs, patience))
      const response = await fetchIt(url, {
        method,
        headers,
        redirect: 'manual',
        signal,
        ...(body === undefined ? {} : { body }),
      })
      const id = idOf(question.json)
      const text = await readText(response, { id, streamMs: question.streamMs })
      const type = response.headers.get('content-type') ?? ''
      const shown = redactBody(type, text).slice(0, shownChars)
      const { status } = response
      const answered = { status, headers: redactHeaders(response.headers), body: shown }
      return {
        status,
        headers: response.headers,
        text,
        json: jsonOf(isStream(type) ? (dataOf(text, id) ?? dataOf(text)) : text),
        exchange: exchangeOf({ response: answered, failure: undefined }),
      }
    } catch (cause) {
      const { code, says } = reasonOf(cause, timeoutMs)
      throw new NoAnswer(exchangeOf({ response: undefined, failure: says }), code, cause)
    }
  }
}

function written({ url, method, headers, json, form, token }: Question) {
  const sent = new Headers(headers)
  if (!sent.has('user-agent')) sent.set('user-agent', 'neonpanel-doctor')
  if (token !== undefined) sent.set('authorization', `Bearer ${token}`)
  let body: string | undefined
  if (json !== undefined) {
    if (!sent.has('content-type')) sent.set('content-type', 'application/json')
    body = JSON.stringify(json)
  } else if (form) {
    sent.set('content-type', 'application/x-www-form-urlencoded')
    body = new URLSearchParams(form).toString()
  }
  return { url, method: method ?? (body === undefined ? 'GET' : 'POST'), headers: sent, body }
}

const isStream = (type: string) => type.startsWith('text/event-stream')

/** The id of a JSON-RPC request; notifications before its response are not what was asked for. */
function idOf(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'id' in json ? json.id : undefined
}

/** The body; of an event stream what has come when the awaited event is whole. */
async function readText(
  response: Response,
  { id, streamMs }: { id: unknown; streamMs: number | undefined },
): Promise<string> {
  if (!response.body) return ''
  const stream = isStream(response.headers.get('content-type') ?? '')
  const reader = response.body.getReader()
  const leave = () => void reader.cancel().catch(() => {})
  const silence = stream && streamMs !== undefined ? setTimeout(leave, streamMs) : undefined
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true })
      if (text.length > maxChars || (stream && dataOf(text, id) !== undefined)) break
    }
  } finally {
    clearTimeout(silence)
    leave()
  }
  return text
}

/**
 * The data of the first event that has some and is whole (WHATWG HTML, Server-sent events).
 *
 * @param id of the JSON-RPC response that is looked for; without one any event is taken
 */
function dataOf(text: string, id?: unknown): string | undefined {
  const blocks = text.replaceAll('\r\n', '\n').split('\n\n').slice(0, -1)
  for (const block of blocks) {
    const lines = block.split('\n').filter((line) => line.startsWith('data:'))
    const data = lines.map((line) => line.slice(5).trimStart()).join('\n')
    if (data && (id === undefined || isResponse(jsonOf(data), id))) return data
  }
  return undefined
}

function isResponse(message: unknown, id: unknown): boolean {
  if (typeof message !== 'object' || message === null || 'method' in message) return false
  return 'error' in message || ('id' in message && message.id === id)
}

function jsonOf(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function reasonOf(cause: unknown, timeoutMs: number): { code: string; says: string } {
  const error = cause instanceof Error ? cause : new Error(String(cause))
  if (error.name === 'TimeoutError') {
    return { code: 'TIMEOUT', says: `no answer within ${timeoutMs / 1000} s` }
  }
  const inner = error.cause instanceof Error ? error.cause : error
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.name
  return { code, says: inner.message || code }
}
