import type Router from '@koa/router'
import type { Context } from 'koa'
import type { z } from 'zod'
import { findClient } from '../../clients/clients.ts'
import type { ServerContext } from '../../context.ts'
import { receiveForm } from '../../web/forms.ts'
import { signedIn } from '../../web/signed-in.ts'
import { administrator } from '../actor.ts'
import { backTo, show } from '../show.ts'
import { changeClient, type RefusedMetadata, registerClient } from './administration.ts'
import {
  type ClientFormValues,
  clientFormPage,
  clientKinds,
  emptyClientForm,
  readClientForm,
  redirectUrisOf,
} from './client-form.ts'
import { clientChangeSchema, newClientSchema } from './client-input.ts'
import { clientHref } from './pages.ts'
import { showClient } from './show-client.ts'

const section = '/console/clients'

type Problems = ReadonlyMap<string, string>

/** Registering a client by hand, and editing one. */
export function clientFormRoutes(router: Router, context: ServerContext): void {
  const { database } = context
  router.get('/clients/new', (ctx) => showNew(context, ctx, emptyClientForm, new Map()))

  router.post('/clients/new', async (ctx) => {
    const posted = await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    const values = readClientForm(posted)
    const { label: _label, ...kind } = clientKinds[values.kind]
    const judged = newClientSchema.safeParse({
      ...kind,
      client_name: values.client_name,
      redirect_uris: redirectUrisOf(values),
      allowed_scopes: values.allowed_scopes,
    })
    if (!judged.success) return showNew(context, ctx, values, problemsOf(judged.error))
    const registered = await registerClient(context, judged.data, administrator(ctx))
    if (!registered.ok) return showNew(context, ctx, values, refusedAs(registered))
    const { client, clientSecret } = registered
    if (clientSecret) return showClient(context, ctx, client.clientId, clientSecret)
    return backTo(ctx, clientHref(client.clientId), 'client-registered')
  })

  router.get('/clients/:id/edit', async (ctx) => {
    const client = await findClient(database, String(ctx.params.id))
    if (!client) return
    const values = {
      ...emptyClientForm,
      client_name: client.name,
      redirect_uris: (client.metadata.redirect_uris ?? []).join('\n'),
      allowed_scopes: client.scopeCeiling ?? [],
    }
    showEdit(context, ctx, client.clientId, values, new Map())
  })

  router.post('/clients/:id/edit', async (ctx) => {
    const id = String(ctx.params.id)
    const posted = await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    const values = readClientForm(posted)
    const judged = clientChangeSchema.safeParse({
      client_name: values.client_name,
      redirect_uris: redirectUrisOf(values),
      allowed_scopes: values.allowed_scopes,
    })
    if (!judged.success) return showEdit(context, ctx, id, values, problemsOf(judged.error))
    const changed = await changeClient(context, id, judged.data, administrator(ctx))
    if (changed.ok) return backTo(ctx, clientHref(id), 'client-changed')
    if (changed.reason === 'unknown_client') return
    return showEdit(context, ctx, id, values, refusedAs(changed))
  })
}

function showNew(
  context: ServerContext,
  ctx: Context,
  values: ClientFormValues,
  problems: Problems,
) {
  const title = 'Register a client'
  const main = clientFormPage({
    viewer: signedIn(ctx).viewer,
    title,
    action: `${section}/new`,
    back: { href: section, label: 'Clients' },
    submit: 'Register client',
    values,
    problems,
    choosesKind: true,
  })
  show(context, ctx, { title, section, main }, problems.size > 0 ? 422 : 200)
}

function showEdit(
  context: ServerContext,
  ctx: Context,
  clientId: string,
  values: ClientFormValues,
  problems: Problems,
) {
  const title = 'Edit client'
  const main = clientFormPage({
    viewer: signedIn(ctx).viewer,
    title,
    action: `${clientHref(clientId)}/edit`,
    back: { href: clientHref(clientId), label: clientId },
    submit: 'Save changes',
    values,
    problems,
    choosesKind: false,
  })
  show(context, ctx, { title, section, main }, problems.size > 0 ? 422 : 200)
}

function problemsOf(error: z.ZodError): Problems {
  return new Map(error.issues.map(({ path, message }) => [String(path[0] ?? ''), message]))
}

function refusedAs(refused: RefusedMetadata | { reason: 'client_id_taken' }): Problems {
  if (refused.reason === 'client_id_taken') return new Map([['', 'This client ID is taken.']])
  const field = refused.reason === 'invalid_redirect_uri' ? 'redirect_uris' : ''
  return new Map([[field, refused.description]])
}
