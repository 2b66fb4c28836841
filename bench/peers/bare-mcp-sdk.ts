import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

// The bare SDK as its documentation serves it: no authorization, no data, one tool that answers a constant.

const companies = [{ id: 'cmp_harbor_us', name: 'Harbor Goods LLC', currency: 'USD' }]

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'bare', version: '1.0.0' })
  server.registerTool(
    'list_companies',
    {
      inputSchema: z.object({}),
      outputSchema: z.object({
        companies: z.array(z.object({ id: z.string(), name: z.string(), currency: z.string() })),
      }),
    },
    () => ({
      content: [{ type: 'text', text: JSON.stringify({ companies }) }],
      structuredContent: { companies },
    }),
  )
  return server
})

const nodeHandler = toNodeHandler(handler)
// The SDK's types of a request leave out that Node's may be undefined.
const server = createServer(
  (request, response) => void nodeHandler(request as Parameters<typeof nodeHandler>[0], response),
)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
console.log(`ready issuer=- mcp=http://127.0.0.1:${port}/mcp`)
