import { type Answer, type Ask, NoAnswer } from './ask.ts'
import { isObject, type Members, membersOf, textOf } from './json.ts'

const newest = '2026-07-28'
const withSessions = '2025-11-25'
const clientInfo = { name: 'neonpanel-doctor', version: '1.0.0' }

/** The JSON-RPC response in an answer; undefined when it is none. */
export function responseIn({
  json,
}: Answer):
  | { readonly result: Members; readonly error?: undefined }
  | { readonly error: Members; readonly result?: undefined }
  | undefined {
  if (!isObject(json)) return undefined
  if (isObject(json.error)) return { error: json.error }
  return isObject(json.result) ? { result: json.result } : undefined
}

/** What an answer is, in a line. */
export function inShort(answer: Answer): string {
  const response = responseIn(answer)
  if (response?.error) {
    const { code, message } = response.error
    return `HTTP ${answer.status}, error ${String(code)}: ${textOf(message) ?? 'without a message'}`
  }
  const type = answer.headers.get('content-type')?.split(';')[0]
  return `HTTP ${answer.status}${type ? ` ${type}` : ''}`
}

/** An MCP conversation in the revision that the endpoint speaks. */
export interface Conversation {
  readonly capabilities: Members
  request(method: string, params?: Members): Promise<Answer>
  /** Ends the session, where there is one. */
  end(): Promise<void>
}

interface Peer {
  readonly ask: Ask
  readonly mcpUrl: string
  readonly token: string | undefined
}

const accept = { accept: 'application/json, text/event-stream' }

/** The first message of every revision that has sessions; any of its answers tells whether a token is taken. */
export const initializeMessage = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: withSessions, capabilities: {}, clientInfo },
}

/** Sends `initialize`. */
export const initialize = ({ ask, mcpUrl, token }: Peer) =>
  ask({ url: mcpUrl, headers: accept, json: initializeMessage, token })

/** Ends the session that an answer to `initialize` opened, if it did. */
export async function endSession({ ask, mcpUrl, token }: Peer, opened: Answer): Promise<void> {
  const session = opened.headers.get('mcp-session-id')
  if (session === null) return
  const headers = { 'mcp-session-id': session }
  await ask({ url: mcpUrl, method: 'DELETE', headers, token }).catch(ignoreNoAnswer)
}

/** A session that nobody ends is ended by its server. */
function ignoreNoAnswer(error: unknown): void {
  if (!(error instanceof NoAnswer)) throw error
}

/**
 * Begins a conversation: by `initialize`, or where the endpoint knows no sessions by `server/discover`.
 *
 * @returns the answer that refused it, when neither works
 * @throws NoAnswer
 */
export async function converse(peer: Peer): Promise<Conversation | { readonly refused: Answer }> {
  const opened = await initialize(peer)
  const result = responseIn(opened)?.result
  if (result) return earlier(peer, opened, result)
  // A 401 or 403 means the same in every revision.
  if (opened.status === 401 || opened.status === 403) return { refused: opened }
  const discovered = await modernRequest(peer, 1, 'server/discover')
  const found = responseIn(discovered)?.result
  return found ? modern(peer, found) : { refused: opened }
}

async function earlier(peer: Peer, opened: Answer, result: Members): Promise<Conversation> {
  const { ask, mcpUrl, token } = peer
  const session = opened.headers.get('mcp-session-id')
  const headers = {
    ...accept,
    'mcp-protocol-version': textOf(result.protocolVersion) ?? withSessions,
    ...(session !== null && { 'mcp-session-id': session }),
  }
  const notification = { jsonrpc: '2.0', method: 'notifications/initialized' }
  await ask({ url: mcpUrl, headers, json: notification, token })
  let id = 0
  return {
    capabilities: membersOf(result.capabilities),
    request: (method, params = {}) => {
      id += 1
      return ask({ url: mcpUrl, headers, json: { jsonrpc: '2.0', id, method, params }, token })
    },
    end: () => endSession(peer, opened),
  }
}

function modern(peer: Peer, found: Members): Conversation {
  let id = 1
  return {
    capabilities: membersOf(found.capabilities),
    request: (method, params) => {
      id += 1
      return modernRequest(peer, id, method, params)
    },
    end: async () => {},
  }
}

function modernRequest(peer: Peer, id: number, method: string, params: Members = {}) {
  const { ask, mcpUrl, token } = peer
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': newest,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const name = textOf(params.name)
  const headers = {
    ...accept,
    'mcp-protocol-version': newest,
    'mcp-method': method,
    ...(name !== undefined && { 'mcp-name': name }),
  }
  const json = { jsonrpc: '2.0', id, method, params: { ...params, _meta } }
  return ask({ url: mcpUrl, headers, json, token })
}
