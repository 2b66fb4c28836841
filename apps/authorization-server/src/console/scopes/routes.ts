import type Router from '@koa/router'
import { listClients } from '../../clients/clients.ts'
import type { ServerContext } from '../../context.ts'
import { show } from '../show.ts'
import { scopesPage } from './pages.ts'
import { listScopeHolders } from './scope-holders.ts'

export function scopesRoutes(router: Router, context: ServerContext): void {
  const { database } = context
  router.get('/scopes', async (ctx) => {
    const holders = await listScopeHolders(database)
    const ids = holders.flatMap(({ clients }) => clients.map(({ clientId }) => clientId))
    const clients = await listClients(database, { where: { clientId: { in: [...new Set(ids)] } } })
    const names = new Map(clients.map(({ clientId, name }) => [clientId, name]))
    const main = scopesPage(holders, names)
    show(context, ctx, { title: 'Scopes', section: '/console/scopes', main })
  })
}
