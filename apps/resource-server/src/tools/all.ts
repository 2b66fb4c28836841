import type { Tool } from '../mcp/tool.ts'
import { getAnalytics } from './analytics.ts'
import { listCompanies } from './companies.ts'
import { getItemCogs, getItemLandedCost } from './costs.ts'
import { importItems } from './imports.ts'
import { getInventoryItems } from './inventory.ts'
import { getReport, listReports } from './reports.ts'
import { getRevenueAndCogs } from './revenue.ts'
import { fetchDocument, search } from './search-and-fetch.ts'
import { listWarehouses } from './warehouses.ts'

/** Every tool of the server, in the order of the contract's catalogue. */
export const tools: readonly Tool[] = [
  search,
  fetchDocument,
  listCompanies,
  listWarehouses,
  getInventoryItems,
  getItemCogs,
  getItemLandedCost,
  getRevenueAndCogs,
  getAnalytics,
  listReports,
  getReport,
  importItems,
]
