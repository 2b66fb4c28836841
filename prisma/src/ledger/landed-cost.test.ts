import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Charge, chargeKinds, landedCosts, type ShippedLine } from './landed-cost.ts'

const line: fc.Arbitrary<ShippedLine> = fc.record({
  quantity: fc.integer({ min: 1, max: 10_000 }),
  unitCostMinor: fc.integer({ min: 0, max: 1_000_000 }),
  volumeCm3: fc.integer({ min: 0, max: 500_000 }),
})

const charges: fc.Arbitrary<Charge[]> = fc
  .record({
    amounts: fc.tuple(...chargeKinds.map(() => fc.integer({ min: 0, max: 100_000_000 }))),
    allocations: fc.tuple(...chargeKinds.map(() => fc.constantFrom('value', 'volume'))),
  })
  .map(({ amounts, allocations }) =>
    chargeKinds.map((kind, index) => ({
      kind,
      amountMinor: amounts[index]!,
      allocation: allocations[index]!,
    })),
  )

describe('landedCosts', () => {
  test('spreads every charge completely, and the components sum to the landed cost', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), charges, (lines, list) => {
        const costs = landedCosts(lines, list)
        for (const { kind, amountMinor } of list) {
          expect(costs.reduce((sum, cost) => sum + cost[kind], 0)).toBe(amountMinor)
        }
        for (const cost of costs) {
          expect(cost.goods + cost.freight + cost.duty + cost.insurance).toBe(cost.landed)
        }
      }),
    )
  })

  test('spreads by value or by volume as the charge says', () => {
    const lines = [
      { quantity: 10, unitCostMinor: 100, volumeCm3: 9_000 },
      { quantity: 10, unitCostMinor: 300, volumeCm3: 1_000 },
    ]
    const costs = landedCosts(lines, [
      { kind: 'freight', amountMinor: 1_000, allocation: 'volume' },
      { kind: 'duty', amountMinor: 1_000, allocation: 'value' },
    ])
    expect(costs).toEqual([
      { goods: 1_000, freight: 900, duty: 250, insurance: 0, landed: 2_150 },
      { goods: 3_000, freight: 100, duty: 750, insurance: 0, landed: 3_850 },
    ])
  })

  test('charges of a shipment without lines cost nobody anything', () => {
    expect(landedCosts([], [{ kind: 'duty', amountMinor: 500, allocation: 'value' }])).toEqual([])
  })
})
