import type { FindingId } from '../../catalogue.ts'
import type { Examination } from '../../examination.ts'
import { isObject } from '../../json.ts'
import { type ListedTool, type Listing, requiredArguments } from './listing.ts'
import { combinedBy, compile, referencesIn } from './schemas.ts'

/** The tools that have a defect, each with a word on it; one finding for all. */
type Defects = (tool: ListedTool) => string | undefined

const shownTools = 6

/** Looks at what tools say of themselves, the gravest first. */
export function examineDefinitions(
  examination: Examination,
  listing: Listing,
  isProtected: boolean,
): void {
  const { tools, exchanges } = listing
  const report = (id: FindingId, defect: Defects) => {
    const seen = tools.flatMap((tool) => defect(tool) ?? [])
    if (seen.length === 0) return
    const more = seen.length > shownTools ? ` and ${seen.length - shownTools} more` : ''
    const got = seen.slice(0, shownTools).join('; ') + more
    examination.found(id, { where: 'tools/list', got, exchanges })
  }
  report('tool_name_missing', ({ name }) => (name === '' ? 'an entry without a name' : undefined))
  const names = tools.map(({ name }) => name)
  report('tool_name_duplicate', (tool) =>
    names.indexOf(tool.name) !== tools.indexOf(tool) && tool.name !== '' ? tool.name : undefined,
  )
  for (const [id, defect] of Object.entries(defects)) report(id as keyof typeof defects, defect)
  if (isProtected)
    for (const [id, defect] of Object.entries(securityDefects)) {
      report(id as keyof typeof securityDefects, defect)
    }
  examineSearchAndFetch(examination, listing)
}

const named =
  (isDefect: (tool: ListedTool) => boolean): Defects =>
  (tool) =>
    isDefect(tool) ? tool.name : undefined

const isOfObjects = (schema: unknown) => isObject(schema) && schema.type === 'object'
const schemasOf = ({ inputSchema, outputSchema }: ListedTool) => [inputSchema, outputSchema]
const referencesOf = (tool: ListedTool) => schemasOf(tool).flatMap(referencesIn)
const isElsewhere = (reference: string) => !reference.startsWith('#')

/** Why a schema does not compile, unless it refers to another document, which is told on its own. */
function brokenness(schema: unknown): string | undefined {
  if (referencesIn(schema).some(isElsewhere)) return undefined
  const compiled = compile(schema)
  return 'error' in compiled ? compiled.error : undefined
}

/** In this order; each names the tool and what is wrong. */
const defects = {
  tool_meta_malformed: ({ name, entry }) => {
    const wrong = ['_meta', 'annotations'].filter(
      (member) => entry[member] !== undefined && !isObject(entry[member]),
    )
    return wrong.length > 0 ? `${name}: ${wrong.join(' and ')}` : undefined
  },
  input_schema_invalid: ({ name, inputSchema }) => {
    const error = brokenness(inputSchema)
    return error && `${name}: ${error}`
  },
  input_schema_not_object: named(
    ({ inputSchema }) => isObject(inputSchema) && !isOfObjects(inputSchema),
  ),
  output_schema_invalid: ({ name, outputSchema }) => {
    if (outputSchema === undefined) return undefined
    const error = isOfObjects(outputSchema) ? brokenness(outputSchema) : 'not of type object'
    return error && `${name}: ${error}`
  },
  schema_reference_elsewhere: (tool) => {
    const elsewhere = referencesOf(tool).find(isElsewhere)
    return elsewhere && `${tool.name}: ${elsewhere}`
  },
  tool_name_refused: named(({ name }) => name !== '' && !/^[\w-]+$/.test(name)),
  tool_name_long: ({ name }) =>
    name.length > 64 ? `${name.slice(0, 80)} (${name.length} characters)` : undefined,
  tool_description_missing: named(({ description }) => !description?.trim()),
  input_schema_combined: ({ name, inputSchema }) => {
    const words = isObject(inputSchema) ? combinedBy(inputSchema) : []
    return words.length > 0 ? `${name}: ${words.join(', ')}` : undefined
  },
  annotations_missing: named(({ annotations }) => typeof annotations.readOnlyHint !== 'boolean'),
  annotations_contradict: named(
    ({ annotations }) => annotations.readOnlyHint === true && annotations.destructiveHint === true,
  ),
  annotations_incomplete: ({ name, annotations }) => {
    if (typeof annotations.readOnlyHint !== 'boolean') return undefined
    const hints = ['destructiveHint', 'openWorldHint']
    const missing = hints.filter((hint) => typeof annotations[hint] !== 'boolean')
    return missing.length > 0 ? `${name}: ${missing.join(', ')}` : undefined
  },
  schema_references: (tool) => {
    const inside = referencesOf(tool).find((reference) => !isElsewhere(reference))
    return inside && `${tool.name}: ${inside}`
  },
} as const satisfies Partial<Record<FindingId, Defects>>

const schemesOf = ({ entry }: ListedTool) => [
  entry.securitySchemes,
  isObject(entry._meta) ? entry._meta.securitySchemes : undefined,
]

const securityDefects = {
  security_schemes_missing: named((tool) => schemesOf(tool).every((said) => said === undefined)),
  security_schemes_not_mirrored: named((tool) => {
    const [own, inMeta] = schemesOf(tool).map((said) => JSON.stringify(said))
    return own !== inMeta
  }),
} as const satisfies Partial<Record<FindingId, Defects>>

/** What ChatGPT looks for: `search(query)` and `fetch(id)`. */
function examineSearchAndFetch({ found }: Examination, { tools, exchanges }: Listing): void {
  const wanted = { search: 'query', fetch: 'id' } as const
  const there = Object.keys(wanted).map((name) => tools.find((tool) => tool.name === name))
  const [search, fetch] = there
  const detail = { where: 'tools/list', exchanges }
  if (!search && !fetch) {
    const got = tools
      .map(({ name }) => name)
      .slice(0, shownTools)
      .join(', ')
    found('search_and_fetch_absent', { ...detail, got, expected: 'search, fetch' })
    return
  }
  if (!search || !fetch) {
    const [got, expected] = search ? ['search', 'fetch'] : ['fetch', 'search']
    found('search_without_fetch', { ...detail, got, expected })
    return
  }
  for (const [tool, argument] of [
    [search, wanted.search] as const,
    [fetch, wanted.fetch] as const,
  ]) {
    const required = requiredArguments(tool)
    const properties = isObject(tool.inputSchema) ? tool.inputSchema.properties : undefined
    const takes = isObject(properties) && isObject(properties[argument])
    const others = required.filter((name) => name !== argument)
    if (takes && others.length === 0) continue
    const got = required.join(', ') || `no ${argument}`
    found('search_input_wrong', { ...detail, where: tool.name, got, expected: argument })
  }
}
