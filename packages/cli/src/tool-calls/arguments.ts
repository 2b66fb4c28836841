import { CommandFailure } from '../failure.ts'
import type { Argument, ArgumentList } from './input-schema.ts'

/** Arguments of a tool as they are sent. */
export type ToolArguments = Readonly<Record<string, unknown>>

/**
 * Reads what was typed after a tool's name: `--company co_1 --limit 5 --low-stock --tag a b`, as the tool's schema types it.
 *
 * @param words as they were typed; `--` between them is skipped
 * @param input arguments that were given as JSON: what is typed takes their place
 * @throws CommandFailure (misuse) that names the argument at fault and those that there are
 */
export function readArguments(
  tool: string,
  list: ArgumentList,
  words: readonly string[],
  input: ToolArguments = {},
): ToolArguments {
  const given: Record<string, unknown> = { ...input }
  const typed = new Set<string>()
  const rest = words.filter((word) => word !== '--')
  while (rest.length > 0) {
    const word = rest.shift() ?? ''
    if (!word.startsWith('--')) {
      throw misuse(tool, list, `“${word}” belongs to no argument: each is given as --name value.`)
    }
    const [, name = '', attached] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(word) ?? []
    const { argument, negated } = find(tool, list, name)
    if (attached !== undefined) rest.unshift(attached)
    const value = negated ? false : take(tool, argument, rest, attached !== undefined)
    const before = given[argument.name]
    const joins = argument.type === 'array' && typed.has(argument.name)
    given[argument.name] = joins ? [before, value].flat() : value
    typed.add(argument.name)
  }
  const missing = list.arguments.filter(({ name, required }) => required && !(name in given))
  if (missing.length > 0) {
    const names = missing.map(({ option }) => option).join(', ')
    throw misuse(tool, list, `${tool} needs ${names}.`)
  }
  return given
}

const plain = (name: string) => name.replaceAll(/[-_]/g, '').toLowerCase()

/** By its name in any spelling, or by an unambiguous beginning: `--company` for `company_id`. */
function find(
  tool: string,
  list: ArgumentList,
  name: string,
): { argument: Argument; negated: boolean } {
  const wanted = plain(name)
  const exact = list.arguments.find((one) => one.name === name || plain(one.name) === wanted)
  if (exact) return { argument: exact, negated: false }
  const switchedOff = list.arguments.find(
    (one) => one.type === 'boolean' && `no${plain(one.name)}` === wanted,
  )
  if (switchedOff) return { argument: switchedOff, negated: true }
  const begun =
    wanted === '' ? [] : list.arguments.filter((one) => plain(one.name).startsWith(wanted))
  const [only, second] = begun
  if (only && second === undefined) return { argument: only, negated: false }
  if (begun.length > 1) {
    const names = begun.map(({ option }) => option).join(' or ')
    throw misuse(tool, list, `--${name} may be ${names}.`)
  }
  if (list.takesOthers && name !== '') return { argument: undeclared(name), negated: false }
  throw misuse(tool, list, `${tool} has no argument --${name}.`)
}

function undeclared(name: string): Argument {
  return {
    name,
    option: `--${name}`,
    type: 'any',
    elements: 'any',
    values: undefined,
    required: false,
    description: '',
    default: undefined,
  }
}

/** Takes the words of one value from what follows. */
function take(tool: string, argument: Argument, rest: string[], attached: boolean): unknown {
  if (argument.type === 'boolean') {
    const said = rest[0] === 'true' || rest[0] === 'false' || attached
    return said ? convert(tool, argument, argument.type, rest.shift() ?? '') : true
  }
  const [first] = rest
  if (first === undefined || (first.startsWith('--') && !attached)) {
    throw new CommandFailure(`${argument.option} of ${tool} needs a value: ${shapeOf(argument)}.`, {
      exitCode: 2,
    })
  }
  rest.shift()
  if (argument.type !== 'array') return convert(tool, argument, argument.type, first)
  if (first.trimStart().startsWith('[')) return json(tool, argument, first)
  const words = [first]
  while (!attached && rest[0] !== undefined && !rest[0].startsWith('--')) {
    words.push(rest.shift() ?? '')
  }
  return words.map((word) => convert(tool, argument, argument.elements, word))
}

function convert(tool: string, argument: Argument, type: Argument['type'], word: string): unknown {
  const value = typed(tool, argument, type, word)
  const { values } = argument
  if (values === undefined || argument.type === 'object') return value
  const found = values.find((one) => one === value || String(one) === word)
  if (found === undefined) throw wrong(tool, argument, word)
  return found
}

function typed(tool: string, argument: Argument, type: Argument['type'], word: string): unknown {
  switch (type) {
    case 'string':
      return word
    case 'boolean':
      if (word === 'true' || word === 'false') return word === 'true'
      throw wrong(tool, argument, word)
    case 'integer':
    case 'number': {
      const number = word.trim() === '' ? Number.NaN : Number(word)
      const fits = type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number)
      if (!fits) throw wrong(tool, argument, word)
      return number
    }
    case 'any':
      try {
        return JSON.parse(word)
      } catch {
        return word
      }
    default:
      return json(tool, argument, word)
  }
}

function json(tool: string, argument: Argument, word: string): unknown {
  try {
    return JSON.parse(word)
  } catch {
    throw wrong(tool, argument, word)
  }
}

/** What a value looks like, for help and failures: `a whole number`, `one of sku, name`. */
export function shapeOf({ type, elements, values }: Argument): string {
  const of = values ? `one of ${values.join(', ')}` : shapes[type === 'array' ? elements : type]
  return type === 'array' ? `a list, each ${of}` : of
}

const shapes: Readonly<Record<Argument['type'], string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a JSON object',
  any: 'JSON or text',
}

function wrong(tool: string, argument: Argument, word: string): CommandFailure {
  return new CommandFailure(
    `${argument.option} of ${tool} must be ${shapeOf(argument)}; got “${word}”.`,
    { exitCode: 2 },
  )
}

function misuse(tool: string, list: ArgumentList, says: string): CommandFailure {
  const names = list.arguments.map(({ option, required }) =>
    required ? `${option} (required)` : option,
  )
  const takes = names.length === 0 ? 'It takes no arguments' : `It takes ${names.join(', ')}`
  return new CommandFailure(`${says}\n${takes}. Described by: neonpanel tools show ${tool}`, {
    exitCode: 2,
  })
}
