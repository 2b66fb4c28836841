import { type Conversation, inShort, responseIn } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import type { Exchange } from '../../finding.ts'
import { isObject, type Members, membersOf, textOf, textsOf } from '../../json.ts'

/** A tool as the server lists it, read leniently. */
export interface ListedTool {
  readonly name: string
  readonly description: string | undefined
  /** Whatever stands there. */
  readonly inputSchema: unknown
  readonly outputSchema: unknown
  readonly annotations: Members
  /** As it came. */
  readonly entry: Members
}

export interface Listing {
  readonly tools: readonly ListedTool[]
  readonly exchanges: readonly Exchange[]
}

/** Pages that are read at most. */
const mostPages = 100
const largeChars = 100_000
const mostTools = 128

/** Lists the tools, page by page. @returns undefined when they cannot be listed */
export async function listTools(
  { found, mcpUrl }: Examination,
  conversation: Conversation,
): Promise<Listing | undefined> {
  const entries: unknown[] = []
  const exchanges: Exchange[] = []
  const cursors = new Set<string>()
  let cursor: string | undefined
  let chars = 0
  do {
    const answer = await conversation.request('tools/list', cursor === undefined ? {} : { cursor })
    exchanges.push(answer.exchange)
    const result = responseIn(answer)?.result
    if (!result || !Array.isArray(result.tools)) {
      const got = result ? 'a result without a list of tools' : inShort(answer)
      found('tools_not_listed', { where: mcpUrl, got, exchanges })
      return undefined
    }
    entries.push(...result.tools)
    chars += answer.text.length
    const next = result.nextCursor
    if (next === undefined || next === null || next === '') break
    if (typeof next !== 'string' || cursors.has(next) || cursors.size >= mostPages) {
      const got = `cursor ${JSON.stringify(next)} after ${cursors.size + 1} pages`
      found('tools_paging_endless', { where: mcpUrl, got, exchanges: exchanges.slice(-2) })
      break
    }
    cursors.add(next)
    cursor = next
  } while (cursor !== undefined)
  if (chars > largeChars) {
    found('tools_list_large', { where: mcpUrl, got: `${Math.round(chars / 1000)} KB`, exchanges })
  }
  if (entries.length > mostTools) {
    found('tools_too_many', { where: mcpUrl, got: String(entries.length), exchanges })
  }
  return { tools: entries.map(readTool), exchanges }
}

function readTool(given: unknown): ListedTool {
  const entry = membersOf(given)
  return {
    name: textOf(entry.name) ?? '',
    description: textOf(entry.description),
    inputSchema: entry.inputSchema,
    outputSchema: entry.outputSchema,
    annotations: membersOf(entry.annotations),
    entry,
  }
}

/** Names of arguments that a call must have. */
export const requiredArguments = ({ inputSchema }: ListedTool): string[] =>
  isObject(inputSchema) ? textsOf(inputSchema.required) : []

/** What a tool says of the scopes it needs, each alternative a list; undefined when it says nothing. */
export function declaredScopes({ entry }: ListedTool): string[][] | undefined {
  const schemes = entry.securitySchemes ?? membersOf(entry._meta).securitySchemes
  if (!Array.isArray(schemes)) return undefined
  return schemes.filter(isObject).map((scheme) => {
    return scheme.type === 'oauth2' ? textsOf(scheme.scopes) : []
  })
}

/** Whether a token with these scopes is enough for what a tool says that it needs; so is any when it says nothing. */
export function isCovered(tool: ListedTool, granted: readonly string[] | undefined): boolean {
  const declared = declaredScopes(tool)
  if (!declared || !granted || declared.length === 0) return true
  return declared.some((scopes) => scopes.every((scope) => granted.includes(scope)))
}
