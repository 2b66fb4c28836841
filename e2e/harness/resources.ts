import { type McpAnswer, modernCall } from './mcp.ts'

export interface Resource {
  readonly uri: string
  readonly name: string
  readonly title: string
  readonly mimeType: string
  readonly annotations: { readonly audience: readonly string[]; readonly lastModified?: string }
}

interface Page {
  readonly resources: readonly Resource[]
  readonly nextCursor?: string
}

export const itemUri = (companyId: string, sku: string) =>
  `neonpanel://company/${companyId}/item/${encodeURIComponent(sku)}`

/** All pages of `resources/list`. */
export async function listResources(mcpUrl: string, token: string) {
  const pages: McpAnswer[] = []
  const resources: Resource[] = []
  let cursor: unknown
  do {
    const page = await modernCall(mcpUrl, token, 'resources/list', cursor ? { cursor } : {})
    pages.push(page)
    const { resources: shown, nextCursor } = page.rpc.result as unknown as Page
    resources.push(...shown)
    cursor = nextCursor
  } while (cursor)
  return { pages, resources }
}

export const readResource = (mcpUrl: string, token: string, uri: string) =>
  modernCall(mcpUrl, token, 'resources/read', { uri })

/** The JSON of the one content of an answer to `resources/read`. */
export function contentOf({ rpc }: McpAnswer): Record<string, unknown> {
  const { contents } = rpc.result as unknown as { contents: { text: string }[] }
  const [content] = contents
  return JSON.parse(content?.text ?? '')
}
