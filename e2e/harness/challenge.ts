/** A `WWW-Authenticate: Bearer` challenge taken apart (RFC 9110 section 11.6.1, RFC 6750 section 3). */
export interface Challenge {
  readonly scheme: string
  readonly parameters: Readonly<Record<string, string>>
}

/** Strict: one challenge, every parameter quoted and given once. */
export function parseChallenge(headers: Headers): Challenge {
  const header = headers.get('www-authenticate') ?? ''
  const [, scheme = '', list = ''] = /^(\S+)(?: (.*))?$/.exec(header) ?? []
  const parameters: Record<string, string> = {}
  let rest = list
  while (rest) {
    const match = /^([\w-]+)="([\x20\x21\x23-\x5b\x5d-\x7e]*)"(?:, ?|$)/.exec(rest)
    const [whole, name, value] = match ?? []
    if (whole === undefined || name === undefined || value === undefined || name in parameters) {
      throw new Error(`Not a well-formed challenge: ${header}`)
    }
    parameters[name] = value
    rest = rest.slice(whole.length)
  }
  return { scheme, parameters }
}
