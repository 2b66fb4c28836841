import type Router from '@koa/router'
import { noteDevice } from '../../account/devices.ts'
import type { ServerContext } from '../../context.ts'
import { signedIn } from '../../web/signed-in.ts'
import { describeApi } from '../api/operations.ts'
import { namesInFlows } from '../flows/names.ts'
import { show } from '../show.ts'
import { loadFigures, type Period, periods } from './figures.ts'
import { overviewPage } from './pages.ts'
import { setupSteps } from './setup.ts'

export function overviewRoutes(router: Router, context: ServerContext): void {
  const { config, database, testControls } = context
  router.get('/', async (ctx) => {
    await noteDevice(database, signedIn(ctx).session, ctx)
    const asked = String(ctx.query.period ?? '')
    const period = Object.hasOwn(periods, asked) ? (asked as Period) : '24h'
    const figures = await loadFigures(context, period)
    const main = overviewPage({
      figures,
      names: await namesInFlows(context, figures.flows),
      faultsOn: testControls?.faults.list().length ?? 0,
      issuer: config.issuer,
      steps: setupSteps(figures, config),
    })
    show(context, ctx, { title: 'Overview', section: '/console', main })
  })
  // For an administrator's browser, which has no ADMIN_TOKEN to read it at the admin API.
  router.get('/openapi.json', (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = describeApi(context)
  })
}
