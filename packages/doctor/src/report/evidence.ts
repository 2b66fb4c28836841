import type { Exchange, Finding } from '../finding.ts'

const always = /^(?:www-authenticate|location|content-type|access-control-.*)$/
const asked = /^(?:origin|host|authorization|mcp-.*|access-control-.*)$/
const mostLines = 8
const widestLine = 300

/** An exchange as lines: what was asked, and what came back. */
export interface EvidenceLines {
  readonly request: readonly string[]
  readonly response: readonly string[]
}

/**
 * What an exchange shows, as HTTP is written.
 *
 * @param all every header, and the body as far as it is kept; else what the finding is about
 */
export function evidenceOf(
  exchange: Exchange,
  finding: Pick<Finding, 'title' | 'where' | 'got' | 'expected'>,
  all: boolean,
): EvidenceLines {
  const about = [finding.title, finding.where, finding.got, finding.expected]
    .filter((text) => text !== undefined)
    .map((text) => text.toLowerCase())
  const names = (name: string) => about.some((text) => text.includes(name.toLowerCase()))
  const { request, response, failure } = exchange
  const sent = headerLines(request.headers, (name) => all || asked.test(name) || names(name))
  const body = request.body === undefined ? [] : linesOf(request.body)
  const asking = [`${request.method} ${request.url}`, ...sent, ...(all ? body : [])]
  if (!response) return { request: asking, response: [failure ?? 'no answer'] }
  const got = headerLines(response.headers, (name) => all || always.test(name) || names(name))
  const text = linesOf(response.body)
  const shown = all ? text : telling(text, about)
  return { request: asking, response: [String(response.status), ...got, ...shown] }
}

function headerLines(headers: Readonly<Record<string, string>>, shown: (name: string) => boolean) {
  return Object.entries(headers)
    .filter(([name]) => shown(name))
    .map(([name, value]) => `${name}: ${value}`)
}

function linesOf(body: string): string[] {
  if (body === '') return []
  return pretty(body)
    .split(/\r?\n/)
    .map((line) => (line.length > widestLine ? `${line.slice(0, widestLine)}…` : line))
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

/** The lines that hold a member or a value that the finding is about; else how the body begins. */
function telling(lines: readonly string[], about: readonly string[]): string[] {
  if (lines.length <= mostLines) return [...lines]
  const found = lines.filter((line) => {
    const [, name = '', value = ''] = /^\s*(?:"([^"]+)":)?\s*"?(.*?)"?,?$/.exec(line) ?? []
    const isNamed = name !== '' && about.some((text) => wordsOf(text).includes(name.toLowerCase()))
    return isNamed || (value.length > 3 && about.some((text) => text.includes(value.toLowerCase())))
  })
  const shown = (found.length > 0 ? found : lines).slice(0, mostLines)
  return shown.length < lines.length ? [...shown, '…'] : shown
}

const wordsOf = (text: string) => text.split(/[^\w-]+/)
