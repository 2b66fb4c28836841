import { scopesOf } from './granted-scope.ts'
import type { Challenge } from './servers.ts'

/** `WWW-Authenticate` as it came (RFC 9110 section 11.6.1). */
export interface ReadChallenge {
  /** The first `Bearer` challenge; undefined when there is none. */
  readonly challenge: Challenge | undefined
  /** How many `Bearer` challenges there are. */
  readonly bearers: number
  /** Schemes in order, in lower case. */
  readonly schemes: readonly string[]
  /** What is not written as the grammar has it; undefined when all is. */
  readonly fault: string | undefined
}

const parameter = /^([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?:,|$)\s*/
const schemeStart = /^([!#$%&'*+.^_`|~\w-]+)(?:\s+|,\s*|$)(?!=)/
const token = /^[!#$%&'*+.^_`|~\w-]+$/

/** Reads the header as leniently as clients do, and says where it is wrong. */
export function readBearerChallenge(header: string): ReadChallenge {
  const found: { scheme: string; parameters: Map<string, string> }[] = []
  let rest = header.trim()
  let fault: string | undefined
  while (rest) {
    const [whole, name = '', quoted, plain] = parameter.exec(rest) ?? []
    const current = found.at(-1)
    if (whole !== undefined && current) {
      if (plain !== undefined && !token.test(plain)) {
        fault ??= `the value of ${name} is not in quotes`
      }
      if (current.parameters.has(name.toLowerCase())) fault ??= `${name} stands there twice`
      else current.parameters.set(name.toLowerCase(), quoted ?? plain ?? '')
      rest = rest.slice(whole.length)
      continue
    }
    const [start, scheme] = schemeStart.exec(rest) ?? []
    if (start !== undefined && scheme !== undefined) {
      found.push({ scheme: scheme.toLowerCase(), parameters: new Map() })
      rest = rest.slice(start.length)
      continue
    }
    fault ??= `“${rest.slice(0, 60)}” is neither a scheme nor name="value"`
    const next = rest.search(/[,\s]/)
    rest = next === -1 ? '' : rest.slice(next + 1).trimStart()
  }
  const bearers = found.filter(({ scheme }) => scheme === 'bearer')
  const parameters = bearers[0]?.parameters
  return {
    challenge: parameters && {
      resourceMetadata: parameters.get('resource_metadata'),
      scope: parameters.has('scope') ? scopesOf(parameters.get('scope') ?? '') : undefined,
      error: parameters.get('error'),
      description: parameters.get('error_description'),
    },
    bearers: bearers.length,
    schemes: found.map(({ scheme }) => scheme),
    fault,
  }
}
