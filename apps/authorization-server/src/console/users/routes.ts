import type Router from '@koa/router'
import { isRole } from '@neonpanel/contracts/roles'
import { isScope } from '@neonpanel/contracts/scopes'
import type { Context } from 'koa'
import { listClients } from '../../clients/clients.ts'
import type { ServerContext } from '../../context.ts'
import { receiveForm } from '../../web/forms.ts'
import { signedIn } from '../../web/signed-in.ts'
import { administrator } from '../actor.ts'
import { endGrant, listGrants } from '../grants.ts'
import { noticeOf } from '../notice.ts'
import { readPage } from '../paging.ts'
import { backTo, show } from '../show.ts'
import {
  changeRoles,
  countSessions,
  findAdministeredPerson,
  listPeople,
  type RoleChanges,
  reinstatePerson,
  signOutEverywhere,
  suspendPerson,
} from './administration.ts'
import { userPage, usersPage } from './pages.ts'

const section = '/console/users'

export function usersRoutes(router: Router, context: ServerContext): void {
  router.get('/users', async (ctx) => {
    const asked = String(ctx.query.scope ?? '')
    const filter = {
      q: String(ctx.query.q ?? '').trim() || undefined,
      scope: isScope(asked) ? asked : undefined,
    }
    const people = await listPeople(context, filter, readPage(ctx))
    const main = usersPage({ notice: noticeOf(ctx), filter, people })
    show(context, ctx, { title: 'Users', section, main })
  })

  router.get('/users/:id', (ctx) => showUser(context, ctx, String(ctx.params.id)))

  router.post('/users/:id/roles', async (ctx) => {
    const id = String(ctx.params.id)
    const form = await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    const changed = await changeRoles(context, id, readRoles(form), administrator(ctx))
    if (!changed.ok) ctx.throw(400, 'One of these companies no longer exists.')
    backTo(ctx, `${section}/${id}`, 'roles-changed')
  })

  router.post('/users/:id/suspend', async (ctx) => {
    const id = String(ctx.params.id)
    const { boundTo, person } = signedIn(ctx)
    await receiveForm(ctx, context.provider, boundTo)
    if (person.id === id) ctx.throw(409, 'You can’t suspend yourself. Another administrator can.')
    await suspendPerson(context, id, administrator(ctx))
    backTo(ctx, `${section}/${id}`, 'person-suspended')
  })

  router.post('/users/:id/reinstate', async (ctx) => {
    const id = String(ctx.params.id)
    await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    await reinstatePerson(context, id, administrator(ctx))
    backTo(ctx, `${section}/${id}`, 'person-reinstated')
  })

  router.post('/users/:id/sign-out', async (ctx) => {
    const id = String(ctx.params.id)
    await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    await signOutEverywhere(context, id, administrator(ctx))
    backTo(ctx, `${section}/${id}`, 'person-signed-out')
  })

  router.post('/users/:id/grants/revoke', async (ctx) => {
    const form = await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    await endGrant(context, form.get('grant_id') ?? '', administrator(ctx))
    backTo(ctx, `${section}/${String(ctx.params.id)}`, 'grant-revoked')
  })
}

/** Every company has a field; an empty one is no role. */
function readRoles(form: URLSearchParams): RoleChanges {
  const changes: [string, RoleChanges[string]][] = []
  for (const [field, value] of form) {
    if (field.startsWith('role:')) changes.push([field.slice(5), isRole(value) ? value : null])
  }
  return Object.fromEntries(changes)
}

async function showUser(context: ServerContext, ctx: Context, id: string): Promise<void> {
  const { database } = context
  const person = await findAdministeredPerson(context, id)
  if (!person) return
  const { viewer, person: self } = signedIn(ctx)
  const grants = await listGrants(database, { personId: id, active: true }, { limit: 50 })
  const clients = await listClients(database, {
    where: { clientId: { in: grants.rows.map(({ clientId }) => clientId) } },
  })
  const main = userPage({
    viewer,
    notice: noticeOf(ctx),
    person,
    companies: await database.prisma.company.findMany({
      select: { id: true, name: true },
      orderBy: { name: 'asc' },
    }),
    grants,
    clientNames: new Map(clients.map(({ clientId, name }) => [clientId, name])),
    sessions: await countSessions(context, id),
    isViewer: self.id === id,
  })
  show(context, ctx, { title: person.name, section, main })
}
