import type { ResourceKind } from '../mcp/resource.ts'
import { companies } from './companies.ts'
import { items } from './items.ts'
import { reports } from './reports.ts'
import { shipments } from './shipments.ts'

/** Every kind of resources of the server. */
export const resources: readonly ResourceKind[] = [companies, items, shipments, reports]
