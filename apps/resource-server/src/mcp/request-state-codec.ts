import { createHmac } from 'node:crypto'
import {
  createRequestStateCodec as createCodec,
  type RequestStateCodec,
} from '@modelcontextprotocol/server'
import { callerOf } from './caller.ts'
import { ownerOf } from './principal.ts'

/** A person needs minutes to answer; what they were asked about changes within the hour. */
const lifetimeSeconds = 15 * 60

/**
 * Seals what a request remembers while its client asks the person (MCP patterns/mrtr `requestState`): every process
 * opens it, for the same person and client, in the same method, for 15 minutes. It is signed and not encrypted.
 *
 * @param appSecret base64url
 */
export function createRequestStateCodec(appSecret: string): RequestStateCodec {
  return createCodec({
    key: createHmac('sha256', Buffer.from(appSecret, 'base64url'))
      .update('neonpanel mcp request state')
      .digest(),
    ttlSeconds: lifetimeSeconds,
    bind: (context) => `${context.mcpReq.method} ${ownerOf(callerOf(context).accessToken)}`,
  })
}
