import { z } from 'zod'
import { money, moneySchema, percent } from '../ledger/money.ts'
import type { Result } from '../ledger/results.ts'

/** What selling brought and cost, as tools and reports write it. */
export const resultFields = {
  orders: z.int(),
  units: z.int(),
  gross_sales: moneySchema,
  refunds: moneySchema,
  net_revenue: moneySchema.describe('gross_sales − refunds'),
  cogs: moneySchema.describe('Cost of goods sold: FIFO, landed'),
  gross_profit: moneySchema.describe('net_revenue − cogs'),
  gross_margin_percent: z.number().nullable().describe('gross_profit in percent of net_revenue'),
  fees: moneySchema.describe('Channel and payment fees'),
  contribution: moneySchema.describe('gross_profit − fees'),
}

/** @param currency of all amounts of the result */
export function describeResult(result: Result, currency: string) {
  const { orders, units, grossMinor, refundMinor, feesMinor, costMinor } = result
  const revenueMinor = grossMinor - refundMinor
  const profitMinor = revenueMinor - costMinor
  return {
    orders,
    units,
    gross_sales: money(grossMinor, currency),
    refunds: money(refundMinor, currency),
    net_revenue: money(revenueMinor, currency),
    cogs: money(costMinor, currency),
    gross_profit: money(profitMinor, currency),
    gross_margin_percent: percent(profitMinor, revenueMinor),
    fees: money(feesMinor, currency),
    contribution: money(profitMinor - feesMinor, currency),
  }
}
