import type Router from '@koa/router'
import { advanceClock, clockOffset, resetClock, setClock } from '@neonpanel/process/clock'
import { z } from 'zod'
import { recordAudit } from '../../audit/audit.ts'
import type { ServerContext } from '../../context.ts'
import { readInput } from './input.ts'

/** A century: no test needs more, and every library still counts right. */
const furthestSeconds = 3_155_760_000

const clockSchema = z.union(
  [
    z.strictObject({ advance_seconds: z.number().min(-furthestSeconds).max(furthestSeconds) }),
    z.strictObject({ set: z.iso.datetime({ offset: true }) }),
    z.strictObject({ reset: z.literal(true) }),
  ],
  {
    error: 'must be {"advance_seconds": number}, {"set": "ISO 8601 time"} or {"reset": true}',
  },
)

/** `GET|POST /clock`: the time of the process, which codes, tokens, sessions and throttles follow. */
export function serveClock(router: Router, { database }: ServerContext): void {
  router.get('/clock', (ctx) => {
    ctx.body = describeClock()
  })
  router.post('/clock', async (ctx) => {
    const input = await readInput(ctx, clockSchema)
    if ('advance_seconds' in input) advanceClock(input.advance_seconds * 1000)
    else if ('set' in input) setClock(new Date(input.set))
    else resetClock()
    ctx.body = describeClock()
    await recordAudit(database, {
      type: 'test.clock_shifted',
      correlationId: ctx.state.correlationId,
      detail: describeClock(),
    })
  })
}

function describeClock() {
  return { now: new Date().toISOString(), offset_seconds: clockOffset() / 1000 }
}
