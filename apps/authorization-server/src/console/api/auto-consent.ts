import { z } from 'zod'
import {
  type Behaviour,
  behaviourSchema,
  changeAutoConsent,
  clearAutoConsent,
  readAutoConsent,
} from '../../auto-consent/settings.ts'
import type { ServerContext } from '../../context.ts'
import { existingPerson } from './existing-person.ts'
import { type Operation, operation } from './operation.ts'

const stateSchema = z
  .object({
    default: behaviourSchema
      .safeExtend({ person_id: z.string() })
      .meta({ id: 'DefaultAutoConsent' })
      .nullable()
      .describe('For who has none of their own'),
    people: z.record(z.string(), behaviourSchema).describe('By person id'),
  })
  .meta({ id: 'AutoConsentState' })

/** People who sign in and decide by themselves, for clients that open a browser which nobody watches. */
export function autoConsentOperations({ database }: ServerContext): Operation[] {
  const tag = 'Test controls'
  return [
    operation({
      id: 'readAutoConsent',
      method: 'get',
      path: '/auto-consent',
      tag,
      summary: 'Who signs in and decides by themselves',
      answer: stateSchema,
      run: () => describeState(database),
    }),
    operation({
      id: 'changeAutoConsent',
      method: 'post',
      path: '/auto-consent',
      tag,
      summary: 'Have a person sign in and decide by themselves wherever nobody else does',
      body: behaviourSchema
        .safeExtend({ person: z.string().describe('Id or e-mail address') })
        .meta({ id: 'NewAutoConsent' }),
      answer: stateSchema,
      async run({ body: { person, ...behaviour } }) {
        const { id: personId } = await existingPerson({ database }, person)
        await changeAutoConsent(database, undefined, { ...behaviour, personId })
        return describeState(database)
      },
    }),
    operation({
      id: 'clearAutoConsent',
      method: 'delete',
      path: '/auto-consent',
      tag,
      summary: 'Have everybody decide at a page again',
      run: () => clearAutoConsent(database),
    }),
  ]
}

async function describeState(database: ServerContext['database']) {
  const { fallback, byPerson } = await readAutoConsent(database)
  return {
    default: fallback ? describeFallback(fallback) : null,
    people: Object.fromEntries(byPerson),
  }
}

function describeFallback({ personId, ...behaviour }: Behaviour & { personId: string }) {
  return { ...behaviour, person_id: personId }
}
