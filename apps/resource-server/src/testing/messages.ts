/** Messages and headers as MCP clients of each era send them. */

export const modernVersion = '2026-07-28'

export function request(method: string, params?: Record<string, unknown>, id: unknown = 1) {
  return { jsonrpc: '2.0', id, method, ...(params && { params }) }
}

export function toolCall(name: string, values: Record<string, unknown> = {}, id: unknown = 1) {
  return request('tools/call', { name, arguments: values }, id)
}

export function initialize(protocolVersion: string) {
  const clientInfo = { name: 'test', version: '1' }
  return request('initialize', { protocolVersion, capabilities: {}, clientInfo }, 0)
}

/** A request of revision 2026-07-28: the body and the headers that repeat it. */
export function modern(method: string, params: Record<string, unknown> = {}) {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': modernVersion,
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return {
    body: request(method, { ...params, _meta: meta }),
    headers: {
      'MCP-Protocol-Version': modernVersion,
      'Mcp-Method': method,
      ...(typeof params.name === 'string' && { 'Mcp-Name': params.name }),
    },
  }
}

export function modernToolCall(name: string, values: Record<string, unknown> = {}) {
  return modern('tools/call', { name, arguments: values })
}
