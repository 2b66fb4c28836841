import type { FaultEdge } from '@neonpanel/faults/edge'
import { noteFault } from '@neonpanel/flows/recording/note-fault'
import type { Config } from './config.ts'
import { wasPassedOn } from './mcp/sibling.ts'

/** Where the faults of a test strike at the resource server. */
export function faultEdge({ issuer, mcpUrl }: Config): FaultEdge {
  return {
    server: 'resource-server',
    issuer,
    resource: mcpUrl,
    onStrike: noteFault,
    isExempt: wasPassedOn,
  }
}
