import type { Scope } from './scopes.ts'

/** Every MCP tool and the scopes that a call needs, all of them. */
export const toolScopes = {
  search: ['read:inventory'],
  fetch: ['read:inventory'],
  list_companies: ['read:companies'],
  list_warehouses: ['read:warehouses'],
  get_inventory_items: ['read:inventory'],
  get_item_cogs: ['read:cogs'],
  get_item_landed_cost: ['read:landed-cost'],
  get_revenue_and_cogs: ['read:revenue', 'read:cogs'],
  get_analytics: ['read:analytics'],
  list_reports: ['read:reports'],
  get_report: ['read:reports'],
  import_items: ['write:import'],
} as const satisfies Record<string, readonly Scope[]>

export type ToolName = keyof typeof toolScopes

export const toolNames = Object.keys(toolScopes) as readonly ToolName[]

export function isToolName(value: string): value is ToolName {
  return Object.hasOwn(toolScopes, value)
}
