import type Router from '@koa/router'
import type { ServerContext } from '../../context.ts'
import { show } from '../show.ts'
import { scopesPage } from './pages.ts'
import { listScopeHolders } from './scope-holders.ts'

export function scopesRoutes(router: Router, context: ServerContext): void {
  router.get('/scopes', async (ctx) => {
    const main = scopesPage(await listScopeHolders(context.database))
    show(context, ctx, { title: 'Scopes', section: '/console/scopes', main })
  })
}
