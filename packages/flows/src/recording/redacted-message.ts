import { redactBody, redactHeaders } from '@neonpanel/process/exchange-redaction'
import type { Fields } from '../story.ts'
import { withoutPageNames } from './joins.ts'

/** What is kept of one body; longer ones are described. */
export const bodyLimitBytes = 16 * 1024

/** Of one header, and of an address with its query. */
const fieldLimit = 2_000

/** Headers that say nothing about a flow. */
const dull: ReadonlySet<string> = new Set([
  'accept-encoding',
  'accept-language',
  'connection',
  'content-security-policy',
  'date',
  'keep-alive',
  'permissions-policy',
  'referrer-policy',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
])

type RawHeaders = Parameters<typeof redactHeaders>[0]

/** Headers without credentials and without those that say nothing about a flow. */
export function keptHeaders(headers: RawHeaders): Fields {
  const told = Object.entries(headers).filter(([name]) => !dull.has(name))
  return Object.fromEntries(
    Object.entries(redactHeaders(Object.fromEntries(told))).map(([name, value]) => [
      name,
      typeof value === 'string' ? keptText(value) : value.map(keptText),
    ]),
  )
}

/** A field or an address, without names that count somewhere, and of bounded length. */
export function keptText(text: string): string {
  return cut(withoutPageNames(text))
}

export function cut(text: string): string {
  return text.length <= fieldLimit ? text : `${text.slice(0, fieldLimit)}…`
}

/** A body without secrets: JSON as a value, a form as its text, anything else and too much of it as a description. */
export function keptBody(contentType: unknown, content: Buffer, length: number): unknown {
  const type = String(contentType ?? '')
  const body = redactBody(type, content, length)
  return isRpc(body) ? withoutBusiness(body) : body
}

interface RpcMessage {
  readonly jsonrpc: '2.0'
  readonly method?: unknown
  readonly params?: unknown
  readonly result?: unknown
}

function isRpc(body: unknown): body is RpcMessage {
  return typeof body === 'object' && body !== null && 'jsonrpc' in body
}

/**
 * A tool's arguments and its result are the business of the person and the tool; a flow tells which tool it was, and
 * whether it failed. What `initialize` and `server/discover` say of client and server stays.
 */
function withoutBusiness(message: RpcMessage): unknown {
  const { params, result, ...rest } = message
  return {
    ...rest,
    ...(params !== undefined && {
      params: withoutMembers(params, ['arguments', 'inputResponses', 'requestState']),
    }),
    ...(result !== undefined && {
      result: withoutMembers(result, [
        'content',
        'structuredContent',
        'instructions',
        'requestState',
        'inputRequests',
      ]),
    }),
  }
}

function withoutMembers(value: unknown, hidden: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      hidden.includes(name) ? `[${name}, ${JSON.stringify(member).length} chars]` : member,
    ]),
  )
}

/** The last message of a stream of events, which answers the request that opened it. */
export function lastEvent(content: Buffer): Buffer {
  const data = content
    .toString()
    .split(/\r?\n\r?\n/)
    .map((event) =>
      event
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trim())
        .join('\n'),
    )
    .filter((text) => text !== '')
  return Buffer.from(data.at(-1) ?? '')
}
