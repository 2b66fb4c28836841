/** What a command line must know of one argument of a tool. */
export interface Argument {
  /** As the tool has it: `company_id`. */
  readonly name: string
  /** As it is typed: `--company-id`. */
  readonly option: string
  readonly type: ArgumentType
  /** Of an array: what its elements are. */
  readonly elements: Exclude<ArgumentType, 'array'>
  /** All that it may be; of an array: all that its elements may be. */
  readonly values: readonly unknown[] | undefined
  readonly required: boolean
  readonly description: string
  readonly default: unknown
}

/** `any`: the schema does not say, or says several; JSON is taken as JSON, everything else as text. */
export type ArgumentType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'any'

/** The arguments of a tool, required ones first, and whether it takes others as well. */
export interface ArgumentList {
  readonly arguments: readonly Argument[]
  /** The schema says so by `additionalProperties`; where it is silent, a name that it does not have is a mistake. */
  readonly takesOthers: boolean
}

type Schema = Readonly<Record<string, unknown>>

/** Reads the `inputSchema` of a tool (JSON Schema 2020-12) as far as a command line needs it. */
export function readInputSchema(schema: Schema): ArgumentList {
  const required = Array.isArray(schema.required) ? schema.required : []
  const found = Object.entries(Object(schema.properties) as Record<string, unknown>).map(
    ([name, property]): Argument => {
      const resolved = resolve(property, schema)
      const type = typeOf(resolved, schema)
      return {
        name,
        option: optionFor(name),
        type,
        elements: elementsOf(resolved, schema),
        values: valuesOf(type === 'array' ? resolve(resolved.items, schema) : resolved, schema),
        required: required.includes(name),
        description: String(resolved.description ?? ''),
        default: resolved.default,
      }
    },
  )
  return {
    arguments: found.toSorted((one, other) => Number(other.required) - Number(one.required)),
    takesOthers: Boolean(schema.additionalProperties),
  }
}

/** `company_id` and `companyId` are typed `--company-id`. */
function optionFor(name: string): string {
  const kebab = name.replace(/([a-z\d])([A-Z])/g, '$1-$2').replaceAll('_', '-')
  return `--${kebab.toLowerCase()}`
}

/** Follows references inside the schema; others tell nothing. */
function resolve(property: unknown, root: Schema): Schema {
  let current = Object(property) as Schema
  for (let step = 0; typeof current.$ref === 'string' && step < 8; step++) {
    const path = current.$ref.startsWith('#/') ? current.$ref.slice(2).split('/') : []
    const target = path.reduce<unknown>((part, key) => Object(part)[unescapePointer(key)], root)
    const { $ref: _, ...beside } = current
    current = { ...Object(path.length > 0 ? target : {}), ...beside }
  }
  return current
}

/** JSON Pointer (RFC 6901 section 4). */
const unescapePointer = (key: string) => key.replaceAll('~1', '/').replaceAll('~0', '~')

const known: ReadonlySet<unknown> = new Set([
  'string',
  'number',
  'integer',
  'boolean',
  'array',
  'object',
])

function typeOf(property: Schema, root: Schema): ArgumentType {
  const types = new Set(typesOf(property, root).filter((type) => type !== 'null'))
  if (types.size === 2 && types.has('integer') && types.has('number')) return 'number'
  const [only] = types
  return types.size === 1 && known.has(only) ? (only as ArgumentType) : 'any'
}

function typesOf(property: Schema, root: Schema): unknown[] {
  if (property.type !== undefined) return [property.type].flat()
  const branches = [property.anyOf, property.oneOf].flat().filter((branch) => branch !== undefined)
  if (branches.length > 0) {
    return branches.flatMap((branch) => typesOf(resolve(branch, root), root))
  }
  const values = valuesOf(property, root) ?? []
  return values.map((value) => (value === null ? 'null' : typeof value))
}

function elementsOf(property: Schema, root: Schema): Argument['elements'] {
  const type = typeOf(resolve(property.items, root), root)
  return type === 'array' ? 'any' : type
}

function valuesOf(property: Schema, root: Schema): readonly unknown[] | undefined {
  if (Array.isArray(property.enum)) return property.enum
  if (property.const !== undefined) return [property.const]
  const branches = [property.anyOf, property.oneOf].flat().filter((branch) => branch !== undefined)
  const each = branches.map((branch) => valuesOf(resolve(branch, root), root))
  return each.length > 0 && each.every((values) => values !== undefined) ? each.flat() : undefined
}
