import { roleNames } from '@neonpanel/contracts/roles'
import { resourceScopes, type Scope, scopes } from '@neonpanel/contracts/scopes'
import { toolNames } from '@neonpanel/contracts/tool-catalogue'
import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { listScopeHolders, type ScopeHolders } from '../scopes/scope-holders.ts'
import { listSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'

const scopeSchema = z
  .object({
    scope: z.enum(resourceScopes as readonly [Scope, ...Scope[]]),
    title: z.string(),
    asks: z.string(),
    sensitivity: z.enum(['normal', 'sensitive']),
    roles: z.array(z.enum(roleNames)).describe('Roles that hold it'),
    tools: z.array(z.enum(toolNames)).describe('Tools whose call needs it'),
    people: z.int().describe('People who hold it in a company; `GET /people?scope=` lists them'),
    active_grants: z.int(),
    clients: z
      .array(z.object({ client_id: z.string(), active_grants: z.int() }))
      .describe('Clients that were granted it, those with the most grants first'),
  })
  .meta({ id: 'Scope' })

/** Who holds which scope, and which tool needs it. */
export function scopeOperation({ database }: ServerContext): Operation {
  return operation({
    id: 'listScopes',
    method: 'get',
    path: '/scopes',
    tag: 'Scopes',
    summary: 'The nine resource scopes, who holds them, and which tools need them',
    answer: listSchema(scopeSchema),
    async run() {
      const holders = await listScopeHolders(database)
      return { items: holders.map(describeScope), next_cursor: null }
    },
  })
}

function describeScope(holders: ScopeHolders): z.output<typeof scopeSchema> {
  const { title, asks, sensitivity } = scopes[holders.scope]
  return {
    scope: holders.scope,
    title,
    asks,
    sensitivity,
    roles: [...holders.roles],
    tools: [...holders.tools],
    people: holders.people,
    active_grants: holders.activeGrants,
    clients: holders.clients.map(({ clientId, activeGrants }) => ({
      client_id: clientId,
      active_grants: activeGrants,
    })),
  }
}
