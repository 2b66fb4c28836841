import type { Answer } from '../../ask.ts'
import { type Conversation, inShort, responseIn } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import { isObject, type Members, membersOf, textOf } from '../../json.ts'
import { type ListedTool, requiredArguments } from './listing.ts'
import { misfit } from './schemas.ts'

const largeChars = 100_000

/** What a call of a tool brought. */
interface Called {
  readonly answer: Answer
  /** Undefined when the call failed, in whatever way. */
  readonly result: Members | undefined
}

export const readsOnly = ({ annotations }: ListedTool) => annotations.readOnlyHint === true

export const call = async (
  conversation: Conversation,
  name: string,
  given: Members,
): Promise<Called> => {
  const answer = await conversation.request('tools/call', { name, arguments: given })
  const result = responseIn(answer)?.result
  return { answer, result: result?.isError === true ? undefined : result }
}

/** Calls the first tool that only reads and needs nothing. */
export async function examineOneCall(
  examination: Examination,
  conversation: Conversation,
  callable: readonly ListedTool[],
): Promise<void> {
  const tool = callable.find((one) => readsOnly(one) && requiredArguments(one).length === 0)
  if (!tool) return examination.found('tool_not_called', { where: 'tools/list' })
  const called = await call(conversation, tool.name, {})
  const { answer } = called
  // A 403 asks for more scope, and a result with isError may have its reason.
  if (answer.status >= 500 || responseIn(answer)?.error?.code === -32603) {
    const detail = { where: tool.name, got: inShort(answer), exchanges: [answer.exchange] }
    return examination.found('tool_call_breaks', detail)
  }
  examineResult(examination, tool, called)
}

/** Compares a result with what the tool promised. */
function examineResult(
  { found }: Examination,
  { name, outputSchema }: ListedTool,
  { answer, result }: Called,
): void {
  if (!result) return
  const detail = { where: name, exchanges: [answer.exchange] }
  // An answer that asks the client for something first (MCP 2026-07-28) has no content yet.
  if (textOf(result.resultType) === 'input_required') return
  if (!Array.isArray(result.content)) {
    const got = `content: ${JSON.stringify(result.content) ?? 'missing'}`.slice(0, 200)
    found('tool_result_malformed', { ...detail, got })
  }
  const { length } = answer.text
  if (length > largeChars) {
    found('tool_result_large', { ...detail, got: `${Math.round(length / 1000)} KB` })
  }
  const { structuredContent } = result
  if (isObject(outputSchema)) {
    if (structuredContent === undefined) {
      found('structured_content_missing', detail)
      return
    }
    const got = misfit(outputSchema, structuredContent)
    if (got) {
      found('structured_content_invalid', { ...detail, got })
      return
    }
  }
  if (structuredContent !== undefined && !isSaidInText(result)) {
    found('structured_text_differs', detail)
  }
}

/** Whether the JSON of the structured content is one of the texts. */
function isSaidInText({ content, structuredContent }: Members): boolean {
  const parts = Array.isArray(content) ? content : []
  const said = sorted(structuredContent)
  return parts.some((part) => sorted(parsed(membersOf(part).text)) === said)
}

/** JSON with members in the order of their names. */
const sorted = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, inner) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  )

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}

/** Calls a tool that nobody has. */
export async function examineUnknownTool(
  { found }: Examination,
  conversation: Conversation,
): Promise<void> {
  const { answer, result } = await call(conversation, 'neonpanel_doctor_no_such_tool', {})
  const response = responseIn(answer)
  if (answer.status < 500 && response && !result) return
  // A 403 before anything else is a refusal too.
  if (answer.status === 401 || answer.status === 403) return
  found('unknown_tool_breaks', {
    where: 'tools/call',
    got: result ? 'a result without isError' : inShort(answer),
    expected: 'error -32602',
    exchanges: [answer.exchange],
  })
}

/** Searches as ChatGPT does, and fetches the first thing found. */
export async function examineSearching(
  examination: Examination,
  conversation: Conversation,
  callable: readonly ListedTool[],
): Promise<void> {
  const { found } = examination
  const [search, fetch] = ['search', 'fetch'].map((name) =>
    callable.find((tool) => tool.name === name && readsOnly(tool)),
  )
  if (!search || !fetch) return
  if (!takesOnly(search, 'query') || !takesOnly(fetch, 'id')) return
  const searched = await call(conversation, 'search', { query: 'a' })
  const { answer, result } = searched
  if (!result) return
  examineResult(examination, search, searched)
  const results = readable(result)?.results
  const wrong = searchDefect(results)
  if (wrong !== undefined) {
    const detail = { where: 'search', got: wrong, exchanges: [answer.exchange] }
    return found('search_result_wrong', detail)
  }
  const [first] = results as Members[]
  if (!first) return
  const id = String(first.id)
  const fetched = await call(conversation, 'fetch', { id })
  const exchanges = [answer.exchange, fetched.answer.exchange]
  if (!fetched.result) {
    return found('search_result_not_fetched', {
      where: id,
      got: inShort(fetched.answer),
      exchanges,
    })
  }
  examineResult(examination, fetch, fetched)
  const document = membersOf(readable(fetched.result))
  const missing = ['id', 'title', 'text', 'url'].filter(
    (member) => typeof document[member] !== 'string',
  )
  if (missing.length === 0) return
  found('fetch_result_wrong', { where: 'fetch', got: `without ${missing.join(', ')}`, exchanges })
}

const takesOnly = (tool: ListedTool, argument: string) =>
  requiredArguments(tool).every((name) => name === argument)

/** What ChatGPT reads: the JSON of the one text part, or the structured content. */
function readable({ content, structuredContent }: Members): Members | undefined {
  const parts = Array.isArray(content) ? content : []
  const told = parts.length === 1 ? parsed(membersOf(parts[0]).text) : undefined
  if (isObject(told)) return told
  return isObject(structuredContent) ? structuredContent : undefined
}

/** What is wrong with the results of `search`; an empty list is right. */
function searchDefect(results: unknown): string | undefined {
  if (!Array.isArray(results)) return 'no list results in one text part'
  for (const result of results) {
    const members = membersOf(result)
    const missing = ['id', 'title', 'url'].filter((name) => typeof members[name] !== 'string')
    if (missing.length > 0) return `a result without ${missing.join(', ')}`
  }
  return undefined
}
