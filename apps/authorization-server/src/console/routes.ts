import Router, { type RouterMiddleware } from '@koa/router'
import type { Middleware } from 'koa'
import type { ServerContext } from '../context.ts'
import { routesOf } from '../web/router.ts'
import { requireAdministrator } from '../web/signed-in.ts'
import { auditRoutes } from './audit/routes.ts'
import { clientsRoutes } from './clients/routes.ts'
import { faultsRoutes } from './faults/routes.ts'
import { flowsRoutes } from './flows/routes.ts'
import { initialAccessTokenRoutes } from './initial-access-tokens/routes.ts'
import { keysRoutes } from './keys/routes.ts'
import { overviewRoutes } from './overview/routes.ts'
import { scopesRoutes } from './scopes/routes.ts'
import { usersRoutes } from './users/routes.ts'

/** `/console`: administration, for administrators. What it can do the admin API can as well, by the same functions. */
export function consoleRoutes(context: ServerContext): Middleware {
  const router = new Router({ prefix: '/console' })
  router.use(requireAdministrator(context) as RouterMiddleware)
  overviewRoutes(router, context)
  flowsRoutes(router, context)
  clientsRoutes(router, context)
  initialAccessTokenRoutes(router, context)
  usersRoutes(router, context)
  scopesRoutes(router, context)
  keysRoutes(router, context)
  auditRoutes(router, context)
  faultsRoutes(router, context)
  return routesOf(router)
}
