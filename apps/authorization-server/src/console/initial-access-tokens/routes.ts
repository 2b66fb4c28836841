import type Router from '@koa/router'
import type { Context } from 'koa'
import type { ServerContext } from '../../context.ts'
import { revokeInitialAccessToken } from '../../initial-access-tokens/initial-access-tokens.ts'
import { routes } from '../../provider/configuration.ts'
import { receiveForm } from '../../web/forms.ts'
import { signedIn } from '../../web/signed-in.ts'
import { administrator } from '../actor.ts'
import { noticeOf } from '../notice.ts'
import { readPage } from '../paging.ts'
import { backTo, show } from '../show.ts'
import { namesOfPeople } from '../users/administration.ts'
import { emptyMintForm, type MintForm, readMintForm } from './mint-form.ts'
import type { MintedToken } from './minted-card.ts'
import { listTokens, type MintInput, mintInitialAccessToken } from './minting.ts'
import { tokensPage } from './pages.ts'

const section = '/console/initial-access-tokens'

export function initialAccessTokenRoutes(router: Router, context: ServerContext): void {
  const { config } = context
  router.get('/initial-access-tokens', (ctx) => showTokens(context, ctx, {}))

  router.post('/initial-access-tokens', async (ctx) => {
    const posted = await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    const read = readMintForm(posted)
    if (!read.ok) return showTokens(context, ctx, { form: read.form })
    if (config.registrationMode === 'off') return backTo(ctx, section)
    return showTokens(context, ctx, { minted: await mint(context, ctx, read.input) })
  })

  router.post('/initial-access-tokens/revoke', async (ctx) => {
    const posted = await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    await revokeInitialAccessToken(context, posted.get('jti') ?? '', administrator(ctx))
    backTo(ctx, section, 'token-revoked')
  })
}

async function mint(context: ServerContext, ctx: Context, input: MintInput): Promise<MintedToken> {
  return {
    ...(await mintInitialAccessToken(context, input, administrator(ctx))),
    note: input.note,
    allowedRedirectHosts: input.allowed_redirect_hosts,
    registrationEndpoint: `${context.config.issuer}${routes.registration}`,
  }
}

async function showTokens(
  context: ServerContext,
  ctx: Context,
  { form, minted }: { form?: MintForm; minted?: MintedToken },
): Promise<void> {
  const { config, database } = context
  const tokens = await listTokens(database, readPage(ctx))
  const main = tokensPage({
    viewer: signedIn(ctx).viewer,
    notice: noticeOf(ctx),
    tokens,
    form: form ?? emptyMintForm(config.initialAccessTokenTtlSeconds),
    minted,
    registrationIsOn: config.registrationMode !== 'off',
    names: await namesOfPeople(
      context,
      tokens.rows.map(({ createdBy }) => createdBy),
    ),
  })
  show(context, ctx, { title: 'Initial access tokens', section, main }, form ? 422 : 200)
}
