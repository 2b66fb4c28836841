import { type Fault, faultSchema, untilSchema } from '@neonpanel/faults/fault'
import { findPreset, type Preset, presetIds, presets } from '@neonpanel/faults/presets'
import type { TestControls } from '@neonpanel/faults/test-controls'
import { whatSchema } from '@neonpanel/faults/what'
import { whereSchema } from '@neonpanel/faults/where'
import type { Context } from 'koa'
import { z } from 'zod'
import { recordAudit } from '../../audit/audit.ts'
import type { ServerContext } from '../../context.ts'
import { epochSeconds, epochSecondsSchema, listSchema } from './answers.ts'
import { existingPerson } from './existing-person.ts'
import { type Operation, operation } from './operation.ts'
import { notFound } from './refusal.ts'

const answeredFaultSchema = z
  .object({
    id: z.string(),
    title: z.string().nullable(),
    preset: z.string().nullable(),
    where: whereSchema,
    what: whatSchema,
    until: z.object({
      remaining: z.int().nullable().describe('Requests that it may still strike; null = any'),
      expires_at: epochSecondsSchema.nullable(),
    }),
    seen: z.int().describe('Requests that it is for, whether it struck them or not'),
    hits: z.int(),
    last_hit_at: epochSecondsSchema.nullable(),
    created_at: epochSecondsSchema,
  })
  .meta({ id: 'Fault' })

const presetSchema = z
  .object({
    id: z.enum(presetIds),
    title: z.string(),
    story: z.string(),
    good_client: z.string().describe('Completes “A good client”'),
    sources: z.array(z.string()),
    where: whereSchema,
    what: whatSchema,
  })
  .meta({ id: 'FaultPreset' })

const presetChoiceSchema = z.strictObject({
  preset: z.enum(presetIds, {
    error: 'must be the id of a preset; GET /faults/presets lists them',
  }),
  where: whereSchema.optional().describe('In place of the preset’s own, member by member'),
  until: untilSchema.default({}),
})

/** Which of the two is judged is told by `preset`, so that the problems are those of what was meant. */
const wishSchema = z.union([faultSchema, presetChoiceSchema])

/**
 * What is broken on purpose, on every process of both servers. A fault says where it strikes, what it does and until when;
 * without an end it stays until it is deleted.
 */
export function faultOperations(context: ServerContext, { faults }: TestControls): Operation[] {
  const tag = 'Test controls'
  return [
    operation({
      id: 'listFaults',
      method: 'get',
      path: '/faults',
      tag,
      summary: 'The faults that are on',
      answer: listSchema(answeredFaultSchema),
      async run() {
        return { items: (await faults.counted()).map(describeFault), next_cursor: null }
      },
    }),
    operation({
      id: 'addFault',
      method: 'post',
      path: '/faults',
      tag,
      summary: 'Turn a fault on, of your own or a preset',
      status: 201,
      body: wishSchema,
      judgeBody: (body) => (isPresetChoice(body) ? presetChoiceSchema : faultSchema),
      answer: answeredFaultSchema,
      async run({ body, ctx }) {
        const wanted = 'preset' in body ? fromPreset(body) : body
        const { person } = wanted.where
        const where = person
          ? { ...wanted.where, person: (await existingPerson(context, person, 'where.person')).id }
          : wanted.where
        const fault = await faults.add({ ...wanted, where })
        await audit(context, ctx, 'test.fault_on', { id: fault.id, ...wanted, where })
        return describeFault(fault)
      },
    }),
    operation({
      id: 'listFaultPresets',
      method: 'get',
      path: '/faults/presets',
      tag,
      summary: 'Faults that people met, ready to be turned on',
      answer: listSchema(presetSchema),
      run: () => ({ items: presets.map(describePreset), next_cursor: null }),
    }),
    operation({
      id: 'clearFaults',
      method: 'delete',
      path: '/faults',
      tag,
      summary: 'Turn every fault off',
      async run({ ctx }) {
        await faults.clear()
        await audit(context, ctx, 'test.fault_off', { id: 'all' })
      },
    }),
    operation({
      id: 'removeFault',
      method: 'delete',
      path: '/faults/:id',
      tag,
      summary: 'Turn one fault off',
      async run({ params, ctx }) {
        if (!(await faults.remove(params.id))) throw notFound('fault')
        await audit(context, ctx, 'test.fault_off', { id: params.id })
      },
    }),
  ]
}

function audit(
  { database }: ServerContext,
  { state: { correlationId }, ip: address }: Context,
  type: 'test.fault_on' | 'test.fault_off',
  detail: Record<string, unknown>,
): Promise<void> {
  return recordAudit(database, { type, correlationId, address, detail })
}

function isPresetChoice(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'preset' in body
}

function fromPreset({ preset, where, until }: z.output<typeof presetChoiceSchema>) {
  const { title, where: usual, what } = findPreset(preset)
  return { preset, title, where: { ...usual, ...where }, what, until }
}

function describePreset(preset: Preset): z.output<typeof presetSchema> {
  const { id, title, story, goodClient, sources, where, what } = preset
  return { id, title, story, good_client: goodClient, sources: [...sources], where, what }
}

function describeFault(fault: Fault): z.output<typeof answeredFaultSchema> {
  return {
    id: fault.id,
    title: fault.title ?? null,
    preset: fault.preset ?? null,
    where: fault.where,
    what: fault.what,
    until: {
      remaining: fault.remaining ?? null,
      expires_at: epochSeconds(fault.expiresAt ?? null),
    },
    seen: fault.seen,
    hits: fault.hits,
    last_hit_at: epochSeconds(fault.lastHitAt ?? null),
    created_at: epochSeconds(fault.createdAt),
  }
}
