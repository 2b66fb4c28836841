import { isSecretName } from './redaction.ts'

/** A message's headers as recorded: text, or several texts (`Set-Cookie`). */
export type RecordedHeaders = Record<string, string | string[]>

/** What stands in place of a secret: its kind and length, `[refresh token, 43 chars]`, which is enough to compare. */
export function describeSecret(name: string, value: string): string {
  return `[${name.replaceAll(/[-_]/g, ' ')}, ${value.length} chars]`
}

/** What else counts in the hand of whoever has it: a form's token, a pushed request (RFC 9126 section 7.1). */
const others: ReadonlySet<string> = new Set(['csrf', 'request_uri'])

const isHidden = (name: string) => isSecretName(name) || others.has(name)

/** Headers without credentials: schemes, cookie names and attributes stay. */
export function redactHeaders(
  headers: Readonly<Record<string, number | string | string[] | undefined>>,
): RecordedHeaders {
  const recorded: RecordedHeaders = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    recorded[name] = Array.isArray(value)
      ? value.map((one) => redactHeader(name, one))
      : redactHeader(name, String(value))
  }
  return recorded
}

function redactHeader(name: string, value: string): string {
  switch (name) {
    case 'authorization':
      return value.replace(/^(\S+ )?(.*)$/s, (_, scheme = '', credentials: string) => {
        return scheme + describeSecret('credentials', credentials)
      })
    case 'cookie':
      return value.replaceAll(/([^=;\s]+)=([^;]*)/g, (_, key, content: string) => {
        return `${key}=${describeSecret('cookie', content)}`
      })
    case 'set-cookie':
      return value.replace(
        /=([^;]*)/,
        (_, content: string) => `=${describeSecret('cookie', content)}`,
      )
    case 'location':
    case 'referer':
      return redactUrl(value)
    // A proof of possession counts once, within its minute; whoever reads it first could be that one.
    case 'dpop':
      return describeSecret('proof', value)
    default:
      return isHidden(name) ? describeSecret(name, value) : value
  }
}

/** A URL or path whose query and fragment carry no secret. */
export function redactUrl(url: string): string {
  const end = url.search(/[?#]/)
  if (end === -1) return url
  return url.slice(0, end + 1) + redactForm(url.slice(end + 1))
}

/** Only the values of secrets change: the rest stays as the other side spelled it. */
function redactForm(text: string): string {
  return text.replaceAll(/([^&=?#]+)=([^&#]*)/g, (pair, key: string, value: string) =>
    isHidden(decode(key)) ? `${key}=${describeSecret(decode(key), decode(value))}` : pair,
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** A body as recorded: JSON as a value, a form as text, both without secrets; of anything else its type and length. */
export function redactBody(contentType: string, content: Buffer, length: number): unknown {
  if (length === 0) return undefined
  const type = contentType.split(';')[0]!.trim().toLowerCase() || 'unknown type'
  const summary = `[${type}, ${length} bytes]`
  if (content.length < length) return summary
  if (type === 'application/x-www-form-urlencoded') return redactForm(content.toString())
  if (!/[/+]json$/.test(type)) return summary
  try {
    return redactJson(JSON.parse(content.toString()))
  } catch {
    return summary
  }
}

function redactJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactJson)
  if (typeof value === 'string' && /^https?:\/\/\S+[?#]/.test(value)) return redactUrl(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      typeof member === 'string' && isHidden(key)
        ? describeSecret(key, member)
        : redactJson(member),
    ]),
  )
}
