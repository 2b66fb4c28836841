import { statement } from '@neonpanel/database/statement'
import type { Asker, FaultEdge } from '@neonpanel/faults/edge'
import { noteFault } from '@neonpanel/flows/recording/note-fault'
import { resourceServerAgent } from '@neonpanel/flows/resource-server-agent'
import type { Context } from 'koa'
import type { ServerContext } from '../context.ts'
import { hashOf } from '../provider/secrets.ts'
import { signAsWanted } from './signature.ts'

/** What the authorization server does for the faults that stand in front of it. */
export function faultEdge(context: ServerContext): FaultEdge {
  return {
    server: 'authorization-server',
    issuer: context.config.issuer,
    resource: context.config.mcpUrl,
    isExempt: isKeptByMcpServer,
    sign: (wanted) => signAsWanted(context, wanted),
    onStrike: noteFault,
    identify: (ctx, form) => identify(context, ctx, form),
  }
}

/** The MCP server keeps keys and metadata for minutes: a fault would outlive its end there. */
function isKeptByMcpServer(ctx: Context): boolean {
  const kept = ctx.path === '/oauth2/jwks' || ctx.path.startsWith('/.well-known/')
  return kept && ctx.get('User-Agent') === resourceServerAgent
}

const findHolder = statement(
  'fault_holder',
  `SELECT "clientId", "accountId" FROM "OidcRecord"
   WHERE "idHash" = $1 AND "kind" IN ('AuthorizationCode', 'RefreshToken', 'DeviceCode', 'AccessToken')`,
)

interface Holder {
  readonly clientId: string | null
  readonly accountId: string | null
}

/** Who sent a request: by what it presents, or by the browser’s session and the request that is being decided. */
async function identify(
  { database, provider }: ServerContext,
  ctx: Context,
  form: URLSearchParams,
): Promise<Asker | undefined> {
  const presented = ['code', 'refresh_token', 'device_code', 'token'].flatMap(
    (name) => form.get(name) ?? [],
  )
  for (const value of presented) {
    const [holder] = await database.query<Holder>(findHolder, [hashOf(value)])
    if (!holder) continue
    return { clientId: holder.clientId ?? undefined, personId: holder.accountId ?? undefined }
  }
  if (ctx.get('Cookie') === '') return undefined
  const [, uid] = /^\/(?:interaction|oauth2\/authorize)\/([\w-]+)/.exec(ctx.path) ?? []
  const interaction = uid === undefined ? undefined : await provider.Interaction.find(uid)
  const session = await provider.Session.get(ctx)
  const { client_id } = interaction?.params ?? {}
  return {
    clientId: typeof client_id === 'string' ? client_id : undefined,
    personId: session.accountId,
  }
}
