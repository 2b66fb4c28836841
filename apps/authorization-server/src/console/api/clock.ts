import {
  advanceClock,
  clockOffset,
  clockSetting,
  freezeClock,
  resetClock,
  setClock,
  unfreezeClock,
} from '@neonpanel/process/clock'
import { parseDuration } from '@neonpanel/process/duration'
import { z } from 'zod'
import { recordAudit } from '../../audit/audit.ts'
import type { ServerContext } from '../../context.ts'
import { rotateWhenDue } from '../../housekeeping/housekeeping.ts'
import { isoTimeSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'

/** A century: no test needs more, and every library still counts right. */
const furthestSeconds = 3_155_760_000

const isNear = (milliseconds: number) => Math.abs(milliseconds) <= furthestSeconds * 1000

const advanceSchema = z
  .string()
  .max(64)
  .refine((text) => isNear(parseDuration(text) ?? Number.NaN), {
    error: 'must be a length of time of at most a century, for example 61m, 90s, 2h or PT1H30M',
  })
  .describe('`61m`, `90s`, `2h`, `PT1H30M` (ISO 8601) or seconds; back with a minus sign')

const clockChangeSchema = z.union(
  [
    z.strictObject({ advance: advanceSchema }),
    z.strictObject({ advance_seconds: z.number().min(-furthestSeconds).max(furthestSeconds) }),
    z.strictObject({ set: z.iso.datetime({ offset: true }) }),
    z.strictObject({
      freeze: z.boolean().describe('false: the clock goes on from where it stands'),
    }),
    z.strictObject({ reset: z.literal(true) }),
  ],
  {
    error:
      'must be {"advance": "61m"}, {"advance_seconds": number}, {"set": "ISO 8601 time"}, {"freeze": true or false} or {"reset": true}',
  },
)

const clockSchema = z
  .object({ now: isoTimeSchema, offset_seconds: z.number(), frozen: z.boolean() })
  .meta({ id: 'Clock' })

/** The time of both servers, which codes, tokens, sessions, keys and throttles follow. */
export function clockOperations(context: ServerContext): Operation[] {
  const tag = 'Test controls'
  return [
    operation({
      id: 'readClock',
      method: 'get',
      path: '/clock',
      tag,
      summary: 'The time of the servers, and how far it is from the machine’s',
      answer: clockSchema,
      run: describeClock,
    }),
    operation({
      id: 'shiftClock',
      method: 'post',
      path: '/clock',
      tag,
      summary: 'Move the time of the servers, stop it, or give it the machine’s again',
      body: clockChangeSchema,
      answer: clockSchema,
      async run({ body, ctx }) {
        shiftClock(body)
        await rotateWhenDue(context)
        await context.testClock?.publish()
        const shifted = describeClock()
        const { correlationId } = ctx.state
        const detail = shifted
        await recordAudit(context.database, { type: 'test.clock_shifted', correlationId, detail })
        return shifted
      },
    }),
  ]
}

function shiftClock(change: z.output<typeof clockChangeSchema>): void {
  if ('advance' in change) advanceClock(parseDuration(change.advance) ?? 0)
  else if ('advance_seconds' in change) advanceClock(change.advance_seconds * 1000)
  else if ('set' in change) setClock(new Date(change.set))
  else if ('reset' in change) resetClock()
  else if (change.freeze) freezeClock()
  else unfreezeClock()
}

function describeClock() {
  return {
    now: new Date().toISOString(),
    offset_seconds: clockOffset() / 1000,
    frozen: 'frozenAtMs' in clockSetting(),
  }
}
