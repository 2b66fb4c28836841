import type { Answer } from '../ask.ts'
import { type Conversation, converse, inShort, responseIn } from '../conversation.ts'
import type { Examination } from '../examination.ts'
import type { Detail } from '../finding.ts'
import { grantedScopes, scopesOf } from '../granted-scope.ts'
import { membersOf } from '../json.ts'
import type { AuthorizationServer, Resource, Session } from '../servers.ts'
import { readsOnly } from './tools/calls.ts'
import { declaredScopes, isCovered, type ListedTool, listTools } from './tools/listing.ts'

/**
 * How the server asks for more scope (MCP, scope challenges): by calling a tool that only reads, and that says to need a
 * scope which the token lacks. A server refuses such a call before it runs.
 */
export async function examineStepUp(
  examination: Examination,
  { resource, session }: { resource: Resource; server: AuthorizationServer; session: Session },
): Promise<void> {
  const { ask, mcpUrl, found } = examination
  const granted = grantedScopes(session)
  if (!granted) return
  const conversation = await converse({ ask, mcpUrl, token: session.accessToken })
  if ('refused' in conversation) return
  try {
    // What is wrong with the list is told where tools are examined.
    const listing = await listTools({ ...examination, found: () => {} }, conversation)
    const beyond = listing?.tools.find((tool) => readsOnly(tool) && !isCovered(tool, granted))
    if (beyond) return await examineCall(examination, { conversation, tool: beyond, granted })
    const offered = resource.metadata?.scopes_supported ?? []
    const lacking = offered.filter((scope) => !granted.includes(scope))
    if (lacking.length > 0) found('step_up_not_tried', { where: mcpUrl, got: lacking.join(' ') })
  } finally {
    await conversation.end()
  }
}

async function examineCall(
  { found }: Examination,
  beyond: { conversation: Conversation; tool: ListedTool; granted: readonly string[] },
): Promise<void> {
  const { conversation, tool, granted } = beyond
  const answer = await conversation.request('tools/call', { name: tool.name, arguments: {} })
  const [needed = []] = declaredScopes(tool) ?? []
  const expected = needed.join(' ')
  const detail: Detail = { where: tool.name, expected, exchanges: [answer.exchange] }
  const { status } = answer
  if (status === 403) return examineChallenge({ found }, answer, { detail, needed })
  if (status === 401) return found('step_up_401', { ...detail, got: inShort(answer) })
  const response = responseIn(answer)
  if (!response) {
    return found('step_up_status_wrong', { ...detail, got: inShort(answer), expected: 'HTTP 403' })
  }
  // Arguments may have been looked at first: nothing was asked about scope.
  if (response.error && response.error.code === -32602) return
  const { result } = response
  if (result && result.isError !== true) {
    return found('scope_not_enforced', { ...detail, got: granted.join(' ') || 'no scope' })
  }
  const meta = membersOf(result?._meta)
  const isForChatGpt = meta['mcp/www_authenticate'] !== undefined
  const got = isForChatGpt ? `${inShort(answer)}, _meta["mcp/www_authenticate"]` : inShort(answer)
  if (result && !isForChatGpt && !/scope|permission|authoriz|forbidden|denied/i.test(answer.text)) {
    return
  }
  found('step_up_in_result', { ...detail, got })
}

function examineChallenge(
  { found }: Pick<Examination, 'found'>,
  answer: Answer,
  { detail, needed }: { detail: Detail; needed: readonly string[] },
): void {
  const header = answer.headers.get('www-authenticate')
  const got = header ?? 'no WWW-Authenticate'
  const told = header && /^bearer\b/i.test(header) ? parametersOf(header) : undefined
  if (told?.error !== 'insufficient_scope') {
    found('step_up_challenge_missing', { ...detail, got })
    return
  }
  if (!told.scope) found('step_up_scope_missing', { ...detail, got })
  else if (needed.some((scope) => !scopesOf(told.scope ?? '').includes(scope))) {
    found('step_up_scope_partial', { ...detail, got: told.scope })
  }
  if (!told.resource_metadata) found('step_up_metadata_missing', { ...detail, got })
}

/** The parameters of one challenge, quoted or not (RFC 9110 section 11.2). */
function parametersOf(header: string): Readonly<Record<string, string>> {
  const found = header.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)
  return Object.fromEntries(
    [...found].map(([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']),
  )
}
