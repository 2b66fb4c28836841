import { flowSteps } from '@neonpanel/flows/story'
import { serverNames } from '@neonpanel/process/server-name'
import { z } from 'zod'
import { endpointNames } from './endpoints.ts'

const oneOrSeveral = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).min(1)])

/**
 * Which requests a fault strikes: all that is said must hold. Nothing means every request of both servers, but the
 * console, which must stay able to turn it off.
 */
export const whereSchema = z
  .strictObject({
    server: z.enum(serverNames).optional(),
    endpoint: oneOrSeveral(z.enum(endpointNames)).optional(),
    step: z.enum(flowSteps).optional().describe('The step of a connection, as flows count them'),
    method: z
      .string()
      .regex(/^[A-Za-z]+$/, { error: 'must be an HTTP method' })
      .toUpperCase()
      .optional(),
    path: z
      .string()
      .regex(/^\//, { error: 'must start with /' })
      .optional()
      .describe('Compared exactly; a * at the end matches any rest'),
    client_id: z.string().min(1).optional(),
    person: z.string().min(1).optional().describe('Person id or e-mail address'),
    tool: z.string().min(1).optional().describe('Name of the tool that is called'),
    grant_type: z.string().min(1).optional(),
    nth: oneOrSeveral(z.int().min(1)).optional().describe('Only the nth of these requests'),
    every: z.int().min(1).optional().describe('Only every nth of these requests'),
    probability: z.number().gt(0).max(1).optional(),
    seed: z
      .union([z.string(), z.int()])
      .optional()
      .describe('The same seed strikes the same requests of a row; absent = one is drawn'),
  })
  .refine(({ seed, probability }) => seed === undefined || probability !== undefined, {
    path: ['seed'],
    error: 'goes with probability',
  })

export type Where = z.output<typeof whereSchema>
