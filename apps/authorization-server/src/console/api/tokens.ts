import { leastUsefulScopes } from '@neonpanel/contracts/scopes'
import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { mintToken } from '../token-mint.ts'
import { existingPerson } from './existing-person.ts'
import { type Operation, operation } from './operation.ts'

const tokenSchema = z.strictObject({
  person: z
    .string()
    .optional()
    .describe('Person id or e-mail address; absent = the client speaks for itself'),
  client_id: z.string().default('local-client'),
  scope: z.string().default(leastUsefulScopes.join(' ')),
  companies: z.array(z.string()).optional().describe('Company ids; absent = all of the person'),
  ttl_seconds: z.int().optional().describe('Negative for a token that has expired'),
  /** Added to the claims, or in place of them; null takes one away. */
  claims: z.record(z.string(), z.unknown()).default({}),
  /** As `claims`, of the JOSE header. */
  header: z.record(z.string(), z.unknown()).default({}),
  /** `rogue` signs with a key of nobody under the server's `kid`; `none` does not sign. */
  key: z.enum(['server', 'rogue', 'none']).default('server'),
})

const mintedSchema = z
  .object({
    token: z.string(),
    header: z.record(z.string(), z.unknown()),
    claims: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'MintedToken' })

/**
 * Any access token, good or bad. With a person it comes with a grant of its own, so that the resource server takes it
 * like one that was consented to, and it ends like one.
 */
export function tokenOperation(context: ServerContext): Operation {
  return operation({
    id: 'mintToken',
    method: 'post',
    path: '/tokens',
    tag: 'Test controls',
    summary: 'Make any access token, good or bad, without a flow',
    status: 201,
    body: tokenSchema,
    answer: mintedSchema,
    async run({ body: { person, ...input } }) {
      return mintToken(context, {
        person: person === undefined ? undefined : await existingPerson(context, person),
        clientId: input.client_id,
        scope: input.scope,
        companyIds: input.companies,
        ttlSeconds: input.ttl_seconds ?? context.config.accessTokenTtlSeconds,
        claims: input.claims,
        header: input.header,
        key: input.key,
      })
    },
  })
}
