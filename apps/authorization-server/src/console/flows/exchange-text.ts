import { STATUS_CODES } from 'node:http'
import type { Fields, StoryExchange } from '@neonpanel/flows/story'
import type { Comparison } from '@neonpanel/flows/verdicts/verdict'
import { type Html, html } from '../../web/html.ts'
import { differing, marked } from './differing.ts'

/** Values that an exchange shows wrongly; they are marked where they stand. */
type Wrong = Comparison | undefined

/**
 * A request as it came, without secrets. The parameters of its address stand below it, one a line.
 *
 * @param host of the server that was asked
 */
export function requestText({ request }: StoryExchange, host: string, wrong?: Wrong): Html {
  const { method, url, headers, body } = request
  const [path = '', query] = url.split('?', 2)
  const { host: _sent, ...further } = headers
  return html`${method} ${path} HTTP/1.1
${fieldLines({ host, ...further }, wrong)}${query && html`\n${pairLines(query, wrong)}\n`}${bodyText(body, headers, wrong)}`
}

/** An answer as it went, without secrets. */
export function responseText({ response }: StoryExchange): Html {
  if (!response) return html`The connection ended without an answer.`
  const { status, headers, body } = response
  const { location, ...further } = headers
  return html`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}
${typeof location === 'string' && locationLines(location)}${fieldLines(further)}${bodyText(body, headers)}`
}

/** An address, with each of its parameters on a line of its own. */
function locationLines(location: string): Html {
  const [address = '', query] = location.split('?', 2)
  const pairs = pairsOf(query ?? '').map(
    ([name, value], index) => html`  ${index === 0 ? '?' : '&'}${name}=${safe(value)}\n`,
  )
  return html`<b>Location:</b> ${address}\n${pairs}`
}

function fieldLines(fields: Fields, wrong?: Wrong): Html {
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    [value]
      .flat()
      .map((one) => html`<b>${fieldName(name)}:</b> ${valueText(String(one), wrong)}\n`),
  )
  return html`${lines}`
}

const ownSpelling: Readonly<Record<string, string>> = {
  dpop: 'DPoP',
  etag: 'ETag',
  'www-authenticate': 'WWW-Authenticate',
  'mcp-protocol-version': 'MCP-Protocol-Version',
}

function fieldName(name: string): string {
  return (
    ownSpelling[name] ??
    name.replaceAll(/(^|-)([a-z])/g, (_, dash, letter) => dash + letter.toUpperCase())
  )
}

function bodyText(body: unknown, headers: Fields, wrong?: Wrong): Html | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body !== 'string') return html`\n${jsonText(body, wrong)}`
  const isForm = String(headers['content-type'] ?? '').includes('x-www-form-urlencoded')
  return html`\n${isForm ? pairLines(body, wrong) : safe(body)}`
}

function pairLines(text: string, wrong?: Wrong): Html {
  const lines = pairsOf(text).map(
    ([name, value], index) => html`${index > 0 && '\n'}<b>${name}</b>=${valueText(value, wrong)}`,
  )
  return html`${lines}`
}

function pairsOf(text: string): [string, string][] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [, name = pair, value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? []
      return [decoded(name), decoded(value)]
    })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function jsonText(body: unknown, wrong: Wrong): Html {
  const lines = JSON.stringify(body, undefined, 2).split('\n')
  return html`${lines.map((line, index) => html`${index > 0 && '\n'}${jsonLine(line, wrong)}`)}`
}

function jsonLine(line: string, wrong: Wrong): Html {
  const [, indent, name, rest] = /^(\s*)("(?:[^"\\]|\\.)*"): (.*)$/.exec(line) ?? []
  if (name === undefined || rest === undefined) return safe(line)
  const [, text, comma] = /^"((?:[^"\\]|\\.)*)"(,?)$/.exec(rest) ?? []
  const value =
    text !== undefined && text === wrong?.got
      ? html`"${valueText(text, wrong)}"${comma}`
      : safe(rest)
  return html`${indent}<b>${name}</b>: ${value}`
}

function valueText(value: string, wrong: Wrong): Html {
  if (wrong === undefined || value !== wrong.got) return safe(value)
  return marked(differing(wrong.got, wrong.expected)[0])
}

/** What stands in place of a secret, see exchange-redaction.ts of the process; quotes around it are JSON’s. */
const redacted = /"?\[([^[\]"]+, \d+ (?:chars|bytes))\]"?/g

function safe(text: string): Html {
  const parts: Html[] = []
  let end = 0
  for (const found of text.matchAll(redacted)) {
    parts.push(html`${text.slice(end, found.index)}<span class="redacted">${found[1]}</span>`)
    end = found.index + found[0].length
  }
  return html`${parts}${text.slice(end)}`
}
