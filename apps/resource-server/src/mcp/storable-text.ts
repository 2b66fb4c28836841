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
    const issues: Flaw[] = []
    collectFlaws(value, [], issues)
    return issues.length > 0 ? { issues } : validate(value)
  }
}

/** @param path where the value is; changes while its members are looked at */
function collectFlaws(value: unknown, path: (string | number)[], flaws: Flaw[]): void {
  if (flaws.length >= reported) return
  if (typeof value === 'string') judge(value, 'character', path, flaws)
  else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      path.push(index)
      collectFlaws(value[index], path, flaws)
      path.pop()
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      judge(name, 'of a name, character', path, flaws)
      path.push(name)
      collectFlaws(member, path, flaws)
      path.pop()
    }
  }
}

function judge(text: string, what: string, path: Flaw['path'], flaws: Flaw[]): void {
  if (flaws.length >= reported) return
  const zero = text.indexOf('\0')
  if (zero >= 0) {
    flaws.push({ message: `${what} ${zero + 1} is U+0000: leave it out`, path: [...path] })
  } else if (!text.isWellFormed()) {
    const half = text.search(/\p{Surrogate}/u)
    const message = `${what} ${half + 1} is half of a surrogate pair: leave it out`
    flaws.push({ message, path: [...path] })
  }
}
