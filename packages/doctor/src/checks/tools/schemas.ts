import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { isObject, type Members } from '../../json.ts'

/** A schema that was compiled, or why it cannot be. */
export type Compiled = { readonly validate: ValidateFunction } | { readonly error: string }

/** Made once: it compiles the draft itself, which takes longer than most schemas. */
let compiler: Ajv2020 | undefined

const compilerOfDraft = () => {
  // What is compiled is not kept, so that an $id may come twice.
  const options = {
    strict: false,
    validateFormats: false,
    logger: false,
    addUsedSchema: false,
  } as const
  compiler ??= new Ajv2020(options)
  return compiler
}

/** Compiles a schema as clients do (JSON Schema 2020-12, MCP basic); formats and unknown words are let pass. */
export function compile(schema: unknown): Compiled {
  if (!isObject(schema)) return { error: 'no JSON object' }
  // Of the older drafts only words differ that are let pass.
  const { $schema: _, ...rest } = schema
  try {
    return { validate: compilerOfDraft().compile(rest) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** How a value fails a schema; undefined when it fits, or the schema is none. */
export function misfit(schema: unknown, value: unknown): string | undefined {
  const compiled = compile(schema)
  if ('error' in compiled || compiled.validate(value)) return undefined
  const [first] = compiled.validate.errors ?? []
  return first && `${first.instancePath || 'the object'} ${first.message ?? 'does not fit'}`
}

/** Every `$ref` in a schema. */
export function referencesIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(referencesIn)
  if (!isObject(schema)) return []
  return Object.entries(schema).flatMap(([name, value]) =>
    name === '$ref' && typeof value === 'string' ? [value] : referencesIn(value),
  )
}

const combinators = ['oneOf', 'anyOf', 'allOf']

/** The words at the top of an input schema that models do not take. */
export const combinedBy = (schema: Members): string[] =>
  combinators.filter((word) => schema[word] !== undefined)
