import type Router from '@koa/router'
import { leastUsefulScopes } from '@neonpanel/contracts/scopes'
import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { findPerson, findPersonByEmail, type Person } from '../../people/directory.ts'
import { mintToken } from '../token-mint.ts'
import { readInput } from './input.ts'
import { ApiRefusal } from './refusal.ts'

const tokenSchema = z.strictObject({
  /** Person id or e-mail address; absent = the client speaks for itself. */
  person: z.string().optional(),
  client_id: z.string().default('local-client'),
  scope: z.string().default(leastUsefulScopes.join(' ')),
  /** Company ids; absent = all of the person. */
  companies: z.array(z.string()).optional(),
  /** Negative for a token that has expired. */
  ttl_seconds: z.int().optional(),
  /** Added to the claims, or in place of them; null takes one away. */
  claims: z.record(z.string(), z.json()).default({}),
  /** As `claims`, of the JOSE header. */
  header: z.record(z.string(), z.json()).default({}),
  /** `rogue` signs with a key of nobody under the server's `kid`; `none` does not sign. */
  key: z.enum(['server', 'rogue', 'none']).default('server'),
})

/**
 * `POST /tokens`: any access token, good or bad. With a person it comes with a grant of its own, so that the resource
 * server takes it like one that was consented to, and it ends like one.
 */
export function serveTokens(router: Router, context: ServerContext): void {
  router.post('/tokens', async (ctx) => {
    const { person, ...input } = await readInput(ctx, tokenSchema)
    const minted = await mintToken(context, {
      person: person === undefined ? undefined : await existingPerson(context, person),
      clientId: input.client_id,
      scope: input.scope,
      companyIds: input.companies,
      ttlSeconds: input.ttl_seconds ?? context.config.accessTokenTtlSeconds,
      claims: input.claims,
      header: input.header,
      key: input.key,
    })
    ctx.status = 201
    ctx.body = minted
  })
}

async function existingPerson({ database }: ServerContext, person: string): Promise<Person> {
  const found = person.includes('@')
    ? await findPersonByEmail(database, person)
    : await findPerson(database, person)
  if (found) return found
  const problems = [{ path: 'person', message: 'there is no such person' }]
  throw new ApiRefusal(400, 'invalid_request', 'person: there is no such person', problems)
}
