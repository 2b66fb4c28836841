import type { Fields } from '@neonpanel/flows/story'

const secretName = /(?:token|secret|assertion|verifier|authorization|cookie)$|^code$/

/** What stands in place of a secret: its kind and length, as in the stories that servers record. */
function describeSecret(name: string, value: string): string {
  return `[${name.replaceAll(/[-_]/g, ' ')}, ${value.length} chars]`
}

const isSecret = (name: string) => secretName.test(name.toLowerCase())

/** Headers without credentials; the scheme of `Authorization` stays. */
export function redactHeaders(headers: Headers): Fields {
  return Object.fromEntries(
    [...headers].map(([name, value]) => {
      if (name === 'authorization') {
        const [scheme, ...rest] = value.split(' ')
        return [name, `${scheme} ${describeSecret('credentials', rest.join(' '))}`]
      }
      if (name === 'location') return [name, redactUrl(value)]
      return [name, isSecret(name) ? describeSecret(name, value) : value]
    }),
  )
}

/** A URL whose query and fragment carry no secret. */
export function redactUrl(url: string): string {
  const end = url.search(/[?#]/)
  return end === -1 ? url : url.slice(0, end + 1) + redactForm(url.slice(end + 1))
}

function redactForm(text: string): string {
  return text.replaceAll(/([^&=?#]+)=([^&#]*)/g, (pair, name: string, value: string) =>
    isSecret(name) ? `${name}=${describeSecret(name, value)}` : pair,
  )
}

/** A body as a story keeps it: JSON as a value, a form as text, anything else by type and length. */
export function redactBody(type: string, text: string): unknown {
  if (text === '') return undefined
  if (type.startsWith('application/x-www-form-urlencoded')) return redactForm(text)
  const summary = `[${type.split(';')[0] || 'unknown type'}, ${text.length} chars]`
  if (!/[/+]json\b/.test(type)) return summary
  try {
    return redactJson(JSON.parse(text))
  } catch {
    return summary
  }
}

function redactJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === 'string' && isSecret(name)
        ? describeSecret(name, member)
        : redactJson(member),
    ]),
  )
}
