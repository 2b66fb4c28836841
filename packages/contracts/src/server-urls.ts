import { isLoopbackUrl, issuerUrl, resourceUrl } from './urls.ts'

/** Variables by which both servers learn where they are, to spread into their schemas. */
export const serverUrlVariables = {
  ISSUER_URL: issuerUrl.optional().meta({
    description: 'issuer identifier; http only for loopback hosts',
    fallback: '`http://localhost:$AUTH_PORT`',
  }),
  MCP_URL: resourceUrl.optional().meta({
    description: 'canonical resource identifier, the `aud` of access tokens',
    fallback: '`http://localhost:$MCP_PORT/mcp`',
  }),
}

interface ServerVariables {
  readonly AUTH_PORT: number
  readonly MCP_PORT: number
  readonly ISSUER_URL?: string | undefined
  readonly MCP_URL?: string | undefined
}

/** The issuer and the resource identifier; without a word about them, those of this machine's ports. */
export function serverUrls({ AUTH_PORT, MCP_PORT, ISSUER_URL, MCP_URL }: ServerVariables) {
  return {
    issuer: ISSUER_URL ?? `http://localhost:${AUTH_PORT}`,
    mcpUrl: MCP_URL ?? `http://localhost:${MCP_PORT}/mcp`,
  }
}

/** Whether the issuer is a loopback address: nobody but this machine can reach it, so less has to be given. */
export function isLocal({ ISSUER_URL }: { readonly ISSUER_URL?: string | undefined }): boolean {
  return ISSUER_URL === undefined || isLoopbackUrl(ISSUER_URL)
}
