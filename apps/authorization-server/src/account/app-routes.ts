import type { Context } from 'koa'
import type { ServerContext } from '../context.ts'
import { receiveForm } from '../web/forms.ts'
import { sendPage } from '../web/layout.ts'
import { signedIn } from '../web/signed-in.ts'
import { appPage } from './app-page.ts'
import { type ConnectedApp, findConnectedApp } from './connected-apps.ts'
import { type Kept, narrowApp } from './narrow-app.ts'

/** `GET /account/apps/:grantId` */
export async function showApp(
  context: ServerContext,
  ctx: Context,
  grantId: string | undefined,
): Promise<void> {
  const app = await appOf(context, ctx, grantId)
  sendPage(ctx, appPage({ viewer: signedIn(ctx).viewer, app }))
}

/** `POST /account/apps/:grantId`. Returns whether the app was narrowed; if not, the page says why. */
export async function changeApp(
  context: ServerContext,
  ctx: Context,
  grantId: string | undefined,
): Promise<boolean> {
  const { viewer, boundTo } = signedIn(ctx)
  const form = await receiveForm(ctx, context.provider, boundTo)
  const app = await appOf(context, ctx, grantId)
  const kept = keptOf(form)
  if (await narrowApp(context, app, kept, ctx.state.correlationId)) return true
  sendPage(ctx, appPage({ viewer, app, refused: kept }), 422)
  return false
}

async function appOf(
  context: ServerContext,
  ctx: Context,
  grantId: string | undefined,
): Promise<ConnectedApp> {
  const { person } = signedIn(ctx)
  const app = grantId ? await findConnectedApp(context, person.id, grantId) : undefined
  return (
    app ?? ctx.throw(404, 'This app is not connected any more. Your account shows those that are.')
  )
}

function keptOf(form: URLSearchParams): Kept {
  const isAll = form.get('companies') === 'all'
  return {
    scopes: new Set(form.getAll('scope')),
    companies: isAll ? 'all' : new Set(form.getAll('company')),
  }
}
