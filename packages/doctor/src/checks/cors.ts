import { pageOrigins } from '../catalogue/persona-groups.ts'
import type { Examination } from '../examination.ts'
import type { AuthorizationServer, Resource } from '../servers.ts'
import { examineAuthorizationServer } from './cors/authorization-server.ts'
import { examineDocuments } from './cors/documents.ts'
import { examineMcpEndpoint } from './cors/mcp-endpoint.ts'

/** Whether clients in a web page get through: asks as the browser does for the page of the MCP Inspector. */
export async function examineCors(
  x: Examination,
  {
    resource,
    server,
    token,
  }: { resource?: Resource; server?: AuthorizationServer; token?: string | undefined },
): Promise<void> {
  const origin = pageOrigins[0]!
  const arePagesMeant = await examineMcpEndpoint(x, { origin, resource, token })
  // Where no page gets to the endpoint, the rest stops nobody.
  if (!arePagesMeant) return
  await examineDocuments(x, { origin, resource, server })
  if (server) await examineAuthorizationServer(x, { origin, server })
}
