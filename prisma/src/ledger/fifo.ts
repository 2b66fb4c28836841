import { proportion } from './allocation.ts'

/** Units that entered one warehouse together, at one cost; see the model CostLayer. Amounts in minor units. */
export interface Layer {
  readonly quantity: number
  readonly costMinor: number
  remainingQuantity: number
  remainingCostMinor: number
}

export type Consumption =
  | { ok: true; costMinor: number }
  | { ok: false; reason: 'not_enough_stock'; available: number }

/**
 * Takes units out of the oldest layers first and says what they had cost. A layer's cost is split so that its first
 * n units cost `floor(cost × n / quantity)`: however the units leave, one by one or at once, the parts sum to the whole.
 * Where there are too few units, nothing is taken.
 *
 * @param layers of one item in one warehouse, oldest first; what remains of them is reduced in place
 * @param quantity 0 or more
 */
export function consume(layers: readonly Layer[], quantity: number): Consumption {
  let available = 0
  let index = 0
  for (; index < layers.length && available < quantity; index += 1) {
    available += layers[index]!.remainingQuantity
  }
  if (available < quantity) return { ok: false, reason: 'not_enough_stock', available }

  let left = quantity
  let costMinor = 0
  for (let i = 0; i < index; i += 1) {
    const layer = layers[i]!
    const taken = Math.min(left, layer.remainingQuantity)
    if (taken === 0) continue
    layer.remainingQuantity -= taken
    const remaining = costOfRemaining(layer)
    costMinor += layer.remainingCostMinor - remaining
    layer.remainingCostMinor = remaining
    left -= taken
  }
  return { ok: true, costMinor }
}

/** What the units left in a layer cost, by how many they are. */
export function costOfRemaining({ quantity, costMinor, remainingQuantity }: Layer): number {
  return costMinor - proportion(costMinor, quantity - remainingQuantity, quantity)
}
