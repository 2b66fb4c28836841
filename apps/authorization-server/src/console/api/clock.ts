import { advanceClock, clockOffset, resetClock, setClock } from '@neonpanel/process/clock'
import { z } from 'zod'
import { recordAudit } from '../../audit/audit.ts'
import type { ServerContext } from '../../context.ts'
import { isoTimeSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'

/** A century: no test needs more, and every library still counts right. */
const furthestSeconds = 3_155_760_000

const clockChangeSchema = z.union(
  [
    z.strictObject({ advance_seconds: z.number().min(-furthestSeconds).max(furthestSeconds) }),
    z.strictObject({ set: z.iso.datetime({ offset: true }) }),
    z.strictObject({ reset: z.literal(true) }),
  ],
  {
    error: 'must be {"advance_seconds": number}, {"set": "ISO 8601 time"} or {"reset": true}',
  },
)

const clockSchema = z
  .object({ now: isoTimeSchema, offset_seconds: z.number() })
  .meta({ id: 'Clock' })

/** The time of the process, which codes, tokens, sessions and throttles follow. */
export function clockOperations({ database }: ServerContext): Operation[] {
  const tag = 'Test controls'
  return [
    operation({
      id: 'readClock',
      method: 'get',
      path: '/clock',
      tag,
      summary: 'The time of the process, and how far it is from the machine’s',
      answer: clockSchema,
      run: describeClock,
    }),
    operation({
      id: 'shiftClock',
      method: 'post',
      path: '/clock',
      tag,
      summary: 'Move the time of the process, or give it the machine’s again',
      body: clockChangeSchema,
      answer: clockSchema,
      async run({ body, ctx }) {
        if ('advance_seconds' in body) advanceClock(body.advance_seconds * 1000)
        else if ('set' in body) setClock(new Date(body.set))
        else resetClock()
        const shifted = describeClock()
        const { correlationId } = ctx.state
        await recordAudit(database, { type: 'test.clock_shifted', correlationId, detail: shifted })
        return shifted
      },
    }),
  ]
}

function describeClock() {
  return { now: new Date().toISOString(), offset_seconds: clockOffset() / 1000 }
}
