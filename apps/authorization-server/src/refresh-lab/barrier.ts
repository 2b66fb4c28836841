import type { Context, Middleware } from 'koa'
import type { ServerContext } from '../context.ts'
import { readBody, withBody } from '../endpoints/request-body.ts'
import { routes } from '../provider/configuration.ts'
import { type Barrier, type Contender, type RaceOrder, startBarrier } from './race.ts'

/** What this process holds at its barrier, and what came of the last race. */
export interface RefreshLab {
  readonly barrier: Barrier | undefined
  /** Holds the next `count` refreshes until all are there. Whoever waits at an earlier barrier goes on. */
  arm(wish: { count: number; order: RaceOrder; timeoutMs: number }): void
  /** Lets everybody go on, and forgets. */
  disarm(): void
}

const labs = new WeakMap<ServerContext['database'], RefreshLab>()

/** The lab of a stack: barriers hold requests, and so are a matter of one process. */
export function refreshLabOf({ database }: Pick<ServerContext, 'database'>): RefreshLab {
  const known = labs.get(database)
  if (known) return known
  let barrier: Barrier | undefined
  const lab: RefreshLab = {
    get barrier() {
      return barrier
    },
    arm(wish) {
      barrier?.open()
      barrier = startBarrier(wish)
    },
    disarm() {
      barrier?.open()
      barrier = undefined
    },
  }
  labs.set(database, lab)
  return lab
}

/**
 * Holds refreshes while a barrier waits for them; anything else, and everything while there is none, goes on. Composed
 * in under test controls alone.
 */
export function holdRefreshes(context: ServerContext): Middleware {
  const lab = refreshLabOf(context)
  return async function holdRefreshes(ctx, next) {
    const { barrier } = lab
    if (!barrier?.isWaiting() || ctx.method !== 'POST' || ctx.path !== routes.token) return next()
    const contender = await readContender(ctx)
    if (!contender) return next()
    const finish = await barrier.arrive(contender)
    try {
      await next()
    } finally {
      finish({ status: ctx.status, body: bodyOf(ctx) })
    }
  }
}

async function readContender(ctx: Context): Promise<Contender | undefined> {
  const body = await readBody(ctx.req)
  if (!body) return undefined
  ctx.req = withBody(ctx.req, body)
  ctx.request.req = ctx.req
  const form = new URLSearchParams(body.toString('utf8'))
  const refreshToken = form.get('refresh_token')
  if (form.get('grant_type') !== 'refresh_token' || refreshToken === null) return undefined
  return { refreshToken, clientId: form.get('client_id') ?? undefined }
}

function bodyOf(ctx: Context): Readonly<Record<string, unknown>> {
  return typeof ctx.body === 'object' && ctx.body !== null ? { ...ctx.body } : {}
}
