import type Router from '@koa/router'
import { type Fault, faultSchema } from '@neonpanel/process/faults'
import type { TestControls } from '@neonpanel/process/test-controls'
import { epochSeconds } from './answers.ts'
import { readInput } from './input.ts'
import { notFound } from './refusal.ts'

/**
 * `GET|POST|DELETE /faults`, `DELETE /faults/:id`: what is broken on purpose, on the servers of this process. A fault
 * says where it strikes, what it does and until when; without an end it stays until it is deleted.
 */
export function serveFaults(router: Router, { faults }: TestControls): void {
  router.get('/faults', (ctx) => {
    ctx.body = { items: faults.list().map(describeFault), next_cursor: null }
  })
  router.post('/faults', async (ctx) => {
    const fault = faults.add(await readInput(ctx, faultSchema))
    ctx.status = 201
    ctx.body = describeFault(fault)
  })
  router.delete('/faults', (ctx) => {
    faults.clear()
    ctx.status = 204
  })
  router.delete('/faults/:id', (ctx) => {
    if (!faults.remove(String(ctx.params.id))) throw notFound('fault')
    ctx.status = 204
  })
}

function describeFault(fault: Fault) {
  return {
    id: fault.id,
    where: fault.where,
    what: fault.what,
    until: {
      remaining: fault.remaining ?? null,
      expires_at: epochSeconds(fault.expiresAt ?? null),
    },
    hits: fault.hits,
    last_hit_at: epochSeconds(fault.lastHitAt ?? null),
    created_at: epochSeconds(fault.createdAt),
  }
}
