import type { Database } from '@neonpanel/database/open'
import type { Context } from 'koa'
import { counterKey, failureCounter } from './failure-counter.ts'
import { failureLimits } from './limits.ts'
import { networkOf } from './network.ts'

/** Keeps this server from being used to knock at other people's hosts. */
export interface DocumentFetches {
  /**
   * Counts a fetch as failed before it is made, so that many at one moment are no more than the limit; `succeeded` takes it back.
   *
   * @returns how many seconds it has to wait; 0 when it may be made
   */
  begin(ctx: Context, url: string): Promise<number>
  succeeded(ctx: Context): Promise<void>
}

export function documentFetches(database: Database): DocumentFetches {
  const hosts = failureCounter(database, failureLimits.documentHost)
  const addresses = failureCounter(database, failureLimits.documentAddress)

  return {
    async begin(ctx, url) {
      const host = counterKey(new URL(url).hostname)
      const address = counterKey(networkOf(ctx.ip))
      const pauses = await Promise.all([hosts.failed(host), addresses.failed(address)])
      const pause = Math.max(...pauses)
      if (pause > 0) return (await isInUse(database, url)) ? 0 : pause
      ctx.state.documentFetch = { host, address }
      return 0
    },
    async succeeded(ctx) {
      const begun: { host: string; address: string } | undefined = ctx.state.documentFetch
      if (!begun) return
      ctx.state.documentFetch = undefined
      await Promise.all([hosts.takeBack(begun.host), addresses.takeBack(begun.address)])
    },
  }
}

/** A document by which somebody has connected an app is fetched whatever others try at its host. */
async function isInUse({ prisma }: Database, clientId: string): Promise<boolean> {
  const grant = await prisma.grant.findFirst({ where: { clientId }, select: { id: true } })
  return grant !== null
}
