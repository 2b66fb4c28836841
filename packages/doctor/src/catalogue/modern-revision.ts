import type { FindingDefinition } from '../finding.ts'
import { mcpNewest, thread } from './sources.ts'

const versioning = mcpNewest('basic/versioning', 'Versioning')
const transport = mcpNewest('basic/transports/streamable-http', 'Streamable HTTP')
const discover = mcpNewest('server/discover', 'Discovery')

const area = 'revisions'

/** What goes wrong with revision 2026-07-28, or with clients that ask for it first. */
export const modernFindings = {
  modern_request_not_challenged: {
    area,
    level: 'warning',
    title: 'Requests of MCP 2026-07-28 are not asked for a token',
    why: 'Newer clients open with server/discover and the headers of 2026-07-28. Without a token that has to be 401 as well; after another 4xx they fall back to initialize and use an older revision.',
    breaks: [],
    fix: 'Check the token before MCP-Protocol-Version and the method: 401 with WWW-Authenticate, whatever the message is; got {got}.',
    sources: [versioning, mcpNewest('basic/authorization', 'Authorization')],
  },
  modern_probe_breaks: {
    area,
    level: 'error',
    title: 'The server breaks when it is asked for MCP 2026-07-28',
    why: 'Newer clients send server/discover first and fall back to initialize when it is refused with 4xx or a JSON-RPC error. After an outage, 403 or silence they give up.',
    breaks: [],
    fix: 'Check the token first (401 without one). Then answer a method or a MCP-Protocol-Version that you do not know with 400 and a JSON-RPC error, never with 403, 5xx, a page or silence; got {got}.',
    sources: [versioning, thread('open-metadata/OpenMetadata', 30673)],
  },
  discover_result_incomplete: {
    area,
    level: 'warning',
    title: 'The result of server/discover lacks members',
    why: 'Clients check it against the schema, and take a server whose result does not fit for one of 2025: what is new in 2026-07-28 is never used.',
    breaks: [],
    fix: 'Add to the result of server/discover: {expected}.',
    sources: [discover],
  },
  headers_not_compared: {
    area,
    level: 'warning',
    title: 'Headers that contradict the message are taken',
    why: 'In 2026-07-28 headers repeat the revision and the method, so that gateways decide without reading the body. A server that does not compare them lets a request through that the gateway took for another one.',
    breaks: [],
    fix: 'Answer 400 with error -32020 when MCP-Protocol-Version or Mcp-Method is missing or differs from the body; got {got}.',
    sources: [transport],
  },
  unsupported_version_answer: {
    area,
    level: 'warning',
    title: 'An unsupported revision is refused without the list of supported ones',
    why: 'A newer client offers its newest revision and reads data.supported of error -32022 to choose another one. Without the list it cannot connect.',
    breaks: [],
    fix: 'Answer 400 with error -32022 and data: {"supported": […], "requested": "…"}; got {got}.',
    sources: [versioning],
  },
  modern_unknown_method: {
    area,
    level: 'note',
    title: 'An unknown method of 2026-07-28 is not answered 404 with -32601',
    why: 'In 2026-07-28 the status says what the error says, so that gateways and clients see it without the body.',
    breaks: [],
    fix: 'Answer 404 with error -32601; got {got}.',
    sources: [transport],
  },
} as const satisfies Record<string, FindingDefinition>
