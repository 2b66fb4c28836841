import { flowStatuses } from '@neonpanel/flows/story'
import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { countByStatus } from '../flows/flow-filter.ts'
import { type Figures, loadFigures, type Period, periods } from '../overview/figures.ts'
import { setupSteps } from '../overview/setup.ts'
import { isoTimeSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'

const overviewSchema = z
  .object({
    period: z.enum(Object.keys(periods) as [Period, ...Period[]]),
    flows: z.record(z.enum(flowStatuses), z.int()).describe('That began in the period, by status'),
    flows_are_cut: z.boolean().describe('The period has more requests than were looked at'),
    access_tokens_issued: z.int(),
    active_grants: z.int(),
    unreviewed_clients: z.int(),
    ready_initial_access_tokens: z.int(),
    signing_kid: z.string(),
    parts: z
      .array(
        z.object({
          from: isoTimeSchema,
          started: z.int(),
          completed: z.int(),
          failed: z.int(),
          tokens: z.int(),
        }),
      )
      .describe('The period in equal parts, oldest first'),
    setup: z
      .array(
        z.object({
          title: z.string(),
          text: z.string(),
          done: z.boolean(),
          url: z.string().optional().describe('What to paste'),
        }),
      )
      .describe('What it takes to connect a client'),
  })
  .meta({ id: 'Overview' })

/** The figures of the console's first page. */
export function overviewOperation(context: ServerContext): Operation {
  return operation({
    id: 'readOverview',
    method: 'get',
    path: '/overview',
    tag: 'Overview',
    summary: 'Sign-ins and tokens of a period, and what is still to be set up',
    query: z.object({
      period: z.enum(Object.keys(periods) as [Period, ...Period[]]).default('24h'),
    }),
    answer: overviewSchema,
    async run({ query: { period } }) {
      const figures = await loadFigures(context, period)
      const setup = setupSteps(figures, context.config)
      return describeOverview(figures, setup)
    },
  })
}

function describeOverview(
  figures: Figures,
  setup: ReturnType<typeof setupSteps>,
): z.output<typeof overviewSchema> {
  return {
    period: figures.period,
    flows: countByStatus(figures.flows),
    flows_are_cut: figures.isCut,
    access_tokens_issued: figures.parts.reduce((sum, { tokens }) => sum + tokens, 0),
    active_grants: figures.activeGrants,
    unreviewed_clients: figures.unreviewedClients,
    ready_initial_access_tokens: figures.readyTokens,
    signing_kid: figures.signingKid,
    parts: figures.parts.map(({ from, ...counts }) => ({ from: from.toISOString(), ...counts })),
    setup: setup.map(({ title, subject, text, done, url }) => ({
      title,
      text: subject === undefined ? text : `${subject} ${text}`,
      done,
      ...(url !== undefined && { url }),
    })),
  }
}
