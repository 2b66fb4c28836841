import { parseScope, type Scope } from '@neonpanel/contracts/scopes'
import type { Context } from 'koa'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { ServerContext } from '../context.ts'
import { csrfToken } from '../web/forms.ts'
import { findRequestingApp, type RequestingApp } from './requesting-app.ts'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** One authorization request that waits for its person, in the browser that started it. */
export interface OpenInteraction {
  readonly interaction: Interaction
  readonly app: RequestingApp
  /** Where its forms post to. */
  readonly action: string
  readonly csrf: string
}

/**
 * The interaction of this page's address. Undefined when it was finished, has expired, or was started in another
 * browser: the provider's cookie decides.
 */
export async function openInteraction(
  context: ServerContext,
  ctx: Context,
  uid: string,
): Promise<OpenInteraction | undefined> {
  const interaction = await findInteraction(context.provider, ctx)
  if (interaction?.uid !== uid) return undefined
  return {
    interaction,
    app: await findRequestingApp(context, interaction.params),
    action: `/interaction/${uid}`,
    csrf: csrfToken(context.provider, uid),
  }
}

/**
 * Asks for all that is granted: in a step-up that is what was granted before, too. Some clients ask for the new scopes alone (v1
 * of the MCP TypeScript SDK: those of the challenge) and put the new token in the place of the old one: they would lose the rest.
 * Up to what the client may ask for.
 */
export async function requestAll(
  { provider }: ServerContext,
  { interaction, app }: OpenInteraction,
  granted: readonly Scope[],
): Promise<void> {
  const asked = parseScope(String(interaction.params.scope ?? ''))
  const others = granted.filter((scope) => !asked.includes(scope))
  if (others.length === 0) return
  const client = await provider.Client.find(app.clientId)
  const ceiling = client?.scope ? parseScope(client.scope) : others
  interaction.params.scope = [...asked, ...others.filter((scope) => ceiling.includes(scope))].join(
    ' ',
  )
  await interaction.persist()
}

/** Hands the person back to the provider, which goes on with the authorization request. */
export async function finishInteraction(
  { provider }: ServerContext,
  ctx: Context,
  result: Parameters<Provider['interactionResult']>[2],
  mergeWithLastSubmission = false,
): Promise<void> {
  const returnTo = await provider.interactionResult(ctx.req, ctx.res, result, {
    mergeWithLastSubmission,
  })
  ctx.set('Cache-Control', 'no-store')
  ctx.status = 303
  ctx.redirect(returnTo)
}

async function findInteraction(provider: Provider, ctx: Context): Promise<Interaction | undefined> {
  try {
    return await provider.interactionDetails(ctx.req, ctx.res)
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined
    throw error
  }
}
