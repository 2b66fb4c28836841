import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import type { Servers } from '@neonpanel/testing-kit/client/oauth-client'
import { oauthProvider, type Sessions } from '@neonpanel/testing-kit/client/sdk-client'
import { adminApi } from './admin.ts'

export interface FlowJson {
  readonly id: string
  readonly status: string
  readonly step: string
  readonly steps: Readonly<Record<string, string>>
  readonly client_id: string | null
  readonly client_name: string | null
  readonly person_id: string | null
  readonly grant_id: string | null
  readonly correlation_ids: readonly string[]
  readonly started_at: string
  readonly duration_ms: number
  readonly verdict: Readonly<Record<string, unknown>> | null
}

export interface WholeFlowJson extends FlowJson {
  readonly exchanges: readonly {
    readonly id: string
    readonly server: string
    readonly step: string
    readonly correlation_id: string | null
    readonly request: { readonly method: string; readonly url: string; readonly body?: unknown }
    readonly response: { readonly status: number; readonly body?: unknown } | null
  }[]
  readonly notes: readonly {
    readonly step: string
    readonly reason: string
    readonly got?: string
  }[]
  readonly waits: readonly {
    readonly step: string
    readonly duration_ms: number
    readonly open: boolean
  }[]
}

/** The flows of the admin API. */
export function flowsOf(stack: Servers & { readonly adminToken: string }) {
  const api = adminApi(stack)
  const list = async (query = ''): Promise<readonly FlowJson[]> => {
    const { body } = await api.get<{ items: FlowJson[] }>(`/flows${query}`)
    return body.items
  }
  const read = async (id: string): Promise<WholeFlowJson> =>
    (await api.get<WholeFlowJson>(`/flows/${id}`)).body
  return {
    list,
    read,
    /** The latest flow in full. */
    async latest(query = ''): Promise<WholeFlowJson> {
      const [flow] = await list(query)
      if (!flow) throw new Error('There is no flow')
      return read(flow.id)
    },
  }
}

/** An MCP client on the v2 SDK, as a host uses it: refused, sent to sign in, connected. */
export async function connectSdk(
  servers: Servers,
  wish: Sessions = {},
  fetch: typeof globalThis.fetch = globalThis.fetch,
) {
  const provider = oauthProvider(servers, wish)
  const transport = () =>
    new StreamableHTTPClientTransport(new URL(servers.mcpUrl), { authProvider: provider, fetch })
  const client = () => new Client({ name: 'flow-test', version: '1.0.0' })
  const first = transport()
  const refused = await client()
    .connect(first)
    .catch((error) => error)
  if (!(refused instanceof UnauthorizedError)) throw refused
  const finish = async () => {
    await first.finishAuth(provider.callback())
    const connected = client()
    await connected.connect(transport())
    return connected
  }
  return { provider, finish }
}
