import { authorizationServerRows } from './requirements/authorization-server/rows.ts'
import { otherClients, realClients } from './requirements/clients.ts'
import { contractAdminApi } from './requirements/contract-admin-api.ts'
import { contractServers } from './requirements/contract-servers.ts'
import { contractTokens } from './requirements/contract-tokens.ts'
import { decisions } from './requirements/decisions.ts'
import { product } from './requirements/product.ts'
import { resourceServerRows } from './requirements/resource-server/rows.ts'
import { resourcesAndPrompts } from './requirements/resources-and-prompts.ts'
import { rfcs } from './requirements/rfc.ts'
import { tasksExtension } from './requirements/tasks-extension.ts'

/** Every sentence that the servers are held to; each is proven by at least one test that cites its id. */
export const requirements = {
  ...contractServers,
  ...contractTokens,
  ...contractAdminApi,
  ...authorizationServerRows,
  ...resourceServerRows,
  ...decisions,
  ...realClients,
  ...otherClients,
  ...rfcs,
  ...product,
  ...resourcesAndPrompts,
  ...tasksExtension,
}

export type RequirementId = keyof typeof requirements

/** What only a machine with a browser can prove: `e2e/browser` cites these. */
export const provenInBrowser = [
  'contract-2-chromium',
  'contract-8-no-script',
] as const satisfies readonly RequirementId[]
