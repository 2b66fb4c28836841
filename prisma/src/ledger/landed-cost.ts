import { allocate } from './allocation.ts'

/** The charges that a purchase shipment may carry, each at most once. */
export const chargeKinds = ['freight', 'duty', 'insurance'] as const

export type ChargeKind = (typeof chargeKinds)[number]

/** What a charge is spread by: the goods' value, or the room that they take. */
export type Allocation = 'value' | 'volume'

export interface ShippedLine {
  readonly quantity: number
  readonly unitCostMinor: number
  /** Of one unit. */
  readonly volumeCm3: number
}

export interface Charge {
  readonly kind: ChargeKind
  readonly amountMinor: number
  readonly allocation: Allocation
}

/** What a whole line costs on arrival, by component, in minor units. `landed` is the sum of the others. */
export interface LandedCost extends Readonly<Record<ChargeKind, number>> {
  readonly goods: number
  readonly landed: number
}

/**
 * Lands a shipment: spreads each charge over the lines by value or by volume, to the minor unit.
 *
 * @returns one cost per line, in the order of the lines; each charge's parts sum to the charge
 */
export function landedCosts(
  lines: readonly ShippedLine[],
  charges: readonly Charge[],
): LandedCost[] {
  const goods = lines.map((line) => line.quantity * line.unitCostMinor)
  const volumes = lines.map((line) => line.quantity * line.volumeCm3)
  const costs = goods.map((value) => ({
    goods: value,
    freight: 0,
    duty: 0,
    insurance: 0,
    landed: value,
  }))
  if (lines.length === 0) return costs
  for (const { kind, amountMinor, allocation } of charges) {
    const parts = allocate(amountMinor, allocation === 'value' ? goods : volumes)
    for (const [index, cost] of costs.entries()) {
      cost[kind] += parts[index]!
      cost.landed += parts[index]!
    }
  }
  return costs
}
