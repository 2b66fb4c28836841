import { type Conversation, converse, inShort } from '../conversation.ts'
import type { Examination } from '../examination.ts'
import { grantedScopes } from '../granted-scope.ts'
import type { AuthorizationServer, Resource, Session } from '../servers.ts'
import { examineOneCall, examineSearching, examineUnknownTool } from './tools/calls.ts'
import { examineDefinitions } from './tools/definitions.ts'
import { isCovered, listTools } from './tools/listing.ts'

/**
 * What the server offers to do, as clients and models will read it. Calls tools that only read: one without arguments, and
 * `search` and `fetch`. Without a session: of a server that asks for no token.
 */
export async function examineTools(
  examination: Examination,
  { session }: { resource?: Resource; server?: AuthorizationServer; session?: Session },
): Promise<void> {
  const { ask, mcpUrl, found } = examination
  const conversation = await converse({ ask, mcpUrl, token: session?.accessToken })
  if ('refused' in conversation) {
    const { refused } = conversation
    // Why a token is refused is told where it is examined, and old transports where revisions are.
    if ([401, 403, 404, 405].includes(refused.status)) return
    const detail = { where: mcpUrl, got: inShort(refused), exchanges: [refused.exchange] }
    return found('conversation_refused', detail)
  }
  try {
    await examineConversation(examination, conversation, session)
  } finally {
    await conversation.end()
  }
}

async function examineConversation(
  examination: Examination,
  conversation: Conversation,
  session: Session | undefined,
): Promise<void> {
  const { found, mcpUrl } = examination
  if (conversation.capabilities.tools === undefined) {
    return found('tools_absent', { where: mcpUrl, got: 'no capabilities.tools' })
  }
  const listing = await listTools(examination, conversation)
  if (!listing) return
  if (listing.tools.length === 0) {
    return found('tools_absent', {
      where: mcpUrl,
      got: 'an empty list',
      exchanges: listing.exchanges,
    })
  }
  examineDefinitions(examination, listing, session !== undefined)
  const granted = session && grantedScopes(session)
  const callable = listing.tools.filter((tool) => isCovered(tool, granted))
  await examineOneCall(examination, conversation, callable)
  await examineUnknownTool(examination, conversation)
  await examineSearching(examination, conversation, callable)
}
