import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { refreshLabOf } from '../../refresh-lab/barrier.ts'
import {
  type ChosenPolicy,
  choosePolicy,
  forgetPolicies,
  policyNames,
  readPolicies,
} from '../../refresh-lab/policies.ts'
import { describeRace } from '../../refresh-lab/report.ts'
import { type Operation, operation } from './operation.ts'

const policy = z
  .enum(policyNames)
  .describe('See docs/testing/refresh-races.md; this server does `replay` by itself')

const order = z.union([
  z.enum(['arrival', 'reverse', 'together']),
  z.array(z.int().min(1)).describe('Numbers of arrival, from 1'),
])

const barrierSchema = z
  .strictObject({
    count: z.int().min(2).max(20).describe('Refreshes that it waits for'),
    order: order.default('arrival').describe('Each goes on after the answer of the one before'),
    timeout_ms: z
      .int()
      .min(100)
      .max(120_000)
      .default(30_000)
      .describe('From the first one on; then all who are there go on'),
  })
  .refine(
    ({ count, order: wanted }) => typeof wanted === 'string' || isPermutation(wanted, count),
    {
      path: ['order'],
      error: 'must name every number from 1 to count once',
    },
  )

const wishSchema = z
  .strictObject({
    policy: policy.optional(),
    client_id: z.string().min(1).optional().describe('For this client alone'),
    leeway_seconds: z.int().min(1).max(86_400).optional(),
    barrier: barrierSchema.optional(),
  })
  .refine((wish) => wish.policy !== undefined || wish.barrier !== undefined, {
    error: 'must have policy or barrier',
  })
  .meta({ id: 'RefreshLabWish' })

const chosenSchema = z.object({ policy, leeway_seconds: z.number() }).meta({ id: 'RefreshPolicy' })

const label = z.string().nullable()

const labSchema = z
  .object({
    policy: chosenSchema.nullable().describe('null: what this server does by itself'),
    clients: z.record(z.string(), chosenSchema),
    barrier: z.object({ count: z.int(), order, waiting: z.int() }).nullable(),
    race: z
      .object({
        state: z.enum(['waiting', 'releasing', 'done', 'incomplete']),
        winner: z.int().nullable().describe('Number of arrival of who was answered well first'),
        contenders: z.array(
          z.object({
            arrived: z.int(),
            finished: z.int().nullable(),
            client_id: z.string().nullable(),
            presented: label,
            status: z.int().nullable(),
            error: z.string().nullable(),
            access_token: label,
            refresh_token: label,
          }),
        ),
        credentials: z.array(
          z.object({
            label: z.string(),
            kind: z.enum(['refresh_token', 'access_token']),
            sha256: z.string().describe('Its first 16 hexadecimal digits'),
            given_to: z.array(z.int()),
            survives: z.boolean().describe('Whether it would be accepted now'),
          }),
        ),
      })
      .nullable(),
  })
  .meta({ id: 'RefreshLab' })

const usualLeewaySeconds = 10

/** What simultaneous refreshes do to each other, under policies that other servers have. */
export function refreshLabOperations(context: ServerContext): Operation[] {
  const { database, config } = context
  const lab = refreshLabOf(context)
  const tag = 'Test controls'
  return [
    operation({
      id: 'readRefreshLab',
      method: 'get',
      path: '/refresh-lab',
      tag,
      summary: 'The rotation policies, and what came of the last race of refreshes',
      answer: labSchema,
      run: () => describeLab(context),
    }),
    operation({
      id: 'changeRefreshLab',
      method: 'post',
      path: '/refresh-lab',
      tag,
      summary: 'Choose a rotation policy, or hold the next refreshes until they race',
      body: wishSchema,
      answer: labSchema,
      async run({ body: { policy: name, client_id, leeway_seconds, barrier } }) {
        if (name) {
          const leewaySeconds =
            leeway_seconds ?? (config.refreshLeewaySeconds || usualLeewaySeconds)
          await choosePolicy(database, client_id, { policy: name, leewaySeconds })
        }
        if (barrier) lab.arm({ ...barrier, timeoutMs: barrier.timeout_ms })
        return describeLab(context)
      },
    }),
    operation({
      id: 'clearRefreshLab',
      method: 'delete',
      path: '/refresh-lab',
      tag,
      summary: 'Rotate as this server does by itself, and hold nothing',
      run: () => clearRefreshLab(context),
    }),
  ]
}

/** As after the start. */
export async function clearRefreshLab(context: ServerContext): Promise<void> {
  refreshLabOf(context).disarm()
  await forgetPolicies(context.database)
}

async function describeLab(context: ServerContext): Promise<z.output<typeof labSchema>> {
  const { everybody, byClient } = await readPolicies(context.database)
  const { barrier } = refreshLabOf(context)
  const race = barrier && (await describeRace(context, barrier))
  const credentials = race?.credentials.map(({ givenTo, ...one }) => ({
    ...one,
    given_to: [...givenTo],
  }))
  return {
    policy: everybody ? describeChosen(everybody) : null,
    clients: Object.fromEntries(
      [...byClient].map(([clientId, chosen]) => [clientId, describeChosen(chosen)]),
    ),
    barrier: barrier?.isWaiting()
      ? { count: barrier.count, order: orderOf(barrier.order), waiting: barrier.entries().length }
      : null,
    race: race ? { ...race, credentials: credentials ?? [] } : null,
  }
}

function describeChosen({ policy: name, leewaySeconds }: ChosenPolicy) {
  return { policy: name, leeway_seconds: leewaySeconds }
}

function orderOf(wanted: 'arrival' | 'reverse' | 'together' | readonly number[]) {
  return typeof wanted === 'string' ? wanted : [...wanted]
}

function isPermutation(wanted: readonly number[], count: number): boolean {
  return wanted.length === count && new Set(wanted).size === count && Math.max(...wanted) === count
}
