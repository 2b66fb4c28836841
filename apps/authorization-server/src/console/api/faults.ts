import { type Fault, faultSchema, faultServers } from '@neonpanel/process/faults'
import type { TestControls } from '@neonpanel/process/test-controls'
import { z } from 'zod'
import { epochSeconds, epochSecondsSchema, listSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'
import { notFound } from './refusal.ts'

const answeredFaultSchema = z
  .object({
    id: z.string(),
    where: z.object({
      server: z.enum(faultServers).optional(),
      method: z.string().optional(),
      path: z.string().optional(),
    }),
    what: z.object({
      status: z.int().optional(),
      body: z.unknown().optional(),
      headers: z.record(z.string(), z.string()).optional(),
      delay_ms: z.int().optional(),
      drop_connection: z.literal(true).optional(),
    }),
    until: z.object({
      remaining: z.int().nullable().describe('Requests that it may still strike; null = any'),
      expires_at: epochSecondsSchema.nullable(),
    }),
    hits: z.int(),
    last_hit_at: epochSecondsSchema.nullable(),
    created_at: epochSecondsSchema,
  })
  .meta({ id: 'Fault' })

/**
 * What is broken on purpose, on the servers of this process. A fault says where it strikes, what it does and until when;
 * without an end it stays until it is deleted.
 */
export function faultOperations({ faults }: TestControls): Operation[] {
  const tag = 'Test controls'
  return [
    operation({
      id: 'listFaults',
      method: 'get',
      path: '/faults',
      tag,
      summary: 'The faults that are on',
      answer: listSchema(answeredFaultSchema),
      run: () => ({ items: faults.list().map(describeFault), next_cursor: null }),
    }),
    operation({
      id: 'addFault',
      method: 'post',
      path: '/faults',
      tag,
      summary: 'Turn a fault on',
      status: 201,
      body: faultSchema,
      answer: answeredFaultSchema,
      run: ({ body }) => describeFault(faults.add(body)),
    }),
    operation({
      id: 'clearFaults',
      method: 'delete',
      path: '/faults',
      tag,
      summary: 'Turn every fault off',
      run() {
        faults.clear()
      },
    }),
    operation({
      id: 'removeFault',
      method: 'delete',
      path: '/faults/:id',
      tag,
      summary: 'Turn one fault off',
      run({ params }) {
        if (!faults.remove(params.id)) throw notFound('fault')
      },
    }),
  ]
}

function describeFault(fault: Fault): z.output<typeof answeredFaultSchema> {
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
