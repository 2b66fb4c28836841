import type Router from '@koa/router'
import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { receiveForm } from '../../web/forms.ts'
import { signedIn } from '../../web/signed-in.ts'
import { administrator } from '../actor.ts'
import { endGrant, endGrantsOfClient } from '../grants.ts'
import { type Notice, noticeOf } from '../notice.ts'
import { readPage } from '../paging.ts'
import { backTo, show } from '../show.ts'
import { changeClient, removeClient, rotateClientSecret } from './administration.ts'
import type { ClientChangeInput } from './client-input.ts'
import { clientFilter, searchClients } from './client-list.ts'
import { listDocumentClients } from './document-clients.ts'
import { clientFormRoutes } from './form-routes.ts'
import { clientHref, clientsPage } from './pages.ts'
import { showClient } from './show-client.ts'

const section = '/console/clients'

const filterSchema = z.object(clientFilter).catch({})

/** What one button of the client's page changes. */
const buttons = {
  review: [{ reviewed: true }, 'client-reviewed'],
  unreview: [{ reviewed: false }, 'review-withdrawn'],
  suspend: [{ suspended: true }, 'client-suspended'],
  reinstate: [{ suspended: false }, 'client-reinstated'],
} as const satisfies Record<string, readonly [ClientChangeInput, Notice]>

export function clientsRoutes(router: Router, context: ServerContext): void {
  const { database } = context
  router.get('/clients', async (ctx) => {
    const query = [...new URLSearchParams(ctx.querystring)].filter(([, value]) => value !== '')
    const filter = filterSchema.parse(Object.fromEntries(query))
    const clients = await searchClients(database, filter, readPage(ctx))
    const documentClients = query.length === 0 ? await listDocumentClients(database) : []
    const main = clientsPage({ notice: noticeOf(ctx), filter, clients, documentClients })
    show(context, ctx, { title: 'Clients', section, main })
  })

  clientFormRoutes(router, context)

  router.get('/clients/:id', (ctx) => showClient(context, ctx, String(ctx.params.id)))

  for (const [button, [changes, notice]] of Object.entries(buttons)) {
    router.post(`/clients/:id/${button}`, async (ctx) => {
      const id = String(ctx.params.id)
      await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
      const changed = await changeClient(context, id, changes, administrator(ctx))
      if (!changed.ok) ctx.throw(409, 'The client is gone, or its settings are no longer allowed.')
      backTo(ctx, clientHref(id), notice)
    })
  }

  router.post('/clients/:id/delete', async (ctx) => {
    const id = String(ctx.params.id)
    const form = await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    if (form.get('confirm') !== id) ctx.throw(400, 'Type the client ID exactly to delete it.')
    await removeClient(context, id, administrator(ctx))
    backTo(ctx, section, 'client-deleted')
  })

  router.post('/clients/:id/grants/revoke', async (ctx) => {
    const form = await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    await endGrant(context, form.get('grant_id') ?? '', administrator(ctx))
    backTo(ctx, clientHref(String(ctx.params.id)), 'grant-revoked')
  })

  router.post('/clients/:id/grants/revoke-all', async (ctx) => {
    const id = String(ctx.params.id)
    const form = await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    if (form.get('confirm') !== id)
      ctx.throw(400, 'Type the client ID exactly to revoke its grants.')
    await endGrantsOfClient(context, id, administrator(ctx))
    backTo(ctx, clientHref(id), 'grants-revoked')
  })

  router.post('/clients/:id/secret', async (ctx) => {
    const id = String(ctx.params.id)
    await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    const rotated = await rotateClientSecret(context, id, administrator(ctx))
    if (!rotated.ok) return ctx.throw(409, 'The client is gone, or has no secret.')
    await showClient(context, ctx, id, rotated.clientSecret)
  })
}
