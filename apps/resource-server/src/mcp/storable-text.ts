import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server'

type Validate = StandardSchemaWithJSON['~standard']['validate']

interface Flaw {
  readonly message: string
  readonly path: readonly (string | number)[]
}

/** More of them would tell a model nothing new. */
const reported = 20

/**
 * Refuses arguments with text that no database stores: the character U+0000, and halves of surrogate pairs.
 *
 * @param validate judges the rest
 */
export function withStorableText(validate: Validate): Validate {
  return (value) => {
    const issues = flawsIn(value, []).take(reported).toArray()
    return issues.length > 0 ? { issues } : validate(value)
  }
}

function* flawsIn(value: unknown, path: Flaw['path']): Generator<Flaw> {
  if (typeof value === 'string') yield* flawOf(value, 'character', path)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      const name = Array.isArray(value) ? Number(key) : key
      if (typeof name === 'string') yield* flawOf(name, 'of a name, character', path)
      yield* flawsIn(member, [...path, name])
    }
  }
}

function* flawOf(text: string, what: string, path: Flaw['path']): Generator<Flaw> {
  const zero = text.indexOf('\0')
  if (zero >= 0) yield { message: `${what} ${zero + 1} is U+0000: leave it out`, path }
  else if (!text.isWellFormed()) {
    const half = text.search(/\p{Surrogate}/u)
    yield { message: `${what} ${half + 1} is half of a surrogate pair: leave it out`, path }
  }
}
