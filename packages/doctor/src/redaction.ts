const secretName =
  /(?:token|secret|assertion|verifier|authorization|cookie|password|api[-_]?key|token_hint)$|^(?:code|user_code|device_code)$/i

/** A signed or encrypted JWT, wherever it stands (RFC 7519 section 3). */
const jwt = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g

const withoutJwts = (text: string) => text.replaceAll(jwt, (found) => describe('JWT', found))

const isSecret = (name: string) => secretName.test(name)

/** What stands in place of a secret: its kind and length. */
const describe = (name: string, value: string) =>
  `[${name.replaceAll(/[-_]/g, ' ')}, ${value.length} chars]`

/** Headers without credentials; the scheme of `Authorization` stays. */
export function redactHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    [...headers].map(([name, value]) => {
      if (name === 'authorization') {
        const [scheme, ...rest] = value.split(' ')
        return [name, `${scheme} ${describe('credentials', rest.join(' '))}`]
      }
      if (name === 'location') return [name, redactUrl(value)]
      return [name, isSecret(name) ? describe(name, value) : withoutJwts(value)]
    }),
  )
}

/** A URL whose query and fragment carry no secret, and without user and password. */
export function redactUrl(address: string): string {
  const url = address.replace(/^(\w+:\/\/)[^/?#@]*@/, '$1[user and password]@')
  const end = url.search(/[?#]/)
  return end === -1 ? url : url.slice(0, end + 1) + redactForm(url.slice(end + 1))
}

/** A body as evidence: JSON and forms without secrets, anything else as it is. */
export function redactBody(type: string, text: string): string {
  if (type.startsWith('application/x-www-form-urlencoded')) return redactForm(text)
  const shown = text.replaceAll(
    /"([^"\\]+)"(\s*:\s*)"((?:[^"\\]|\\.)*)"/g,
    (pair, name: string, between: string, value: string) =>
      isSecret(name) ? `"${name}"${between}"${describe(name, value)}"` : pair,
  )
  return withoutJwts(shown)
}

function redactForm(text: string): string {
  const shown = text.replaceAll(/([^&=?#]+)=([^&#]*)/g, (pair, name: string, value: string) =>
    isSecret(name) ? `${name}=${describe(name, value)}` : pair,
  )
  return withoutJwts(shown)
}
