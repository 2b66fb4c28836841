import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { consume, costOfRemaining, type Layer } from './fifo.ts'

function fullLayer(quantity: number, costMinor: number): Layer {
  return { quantity, costMinor, remainingQuantity: quantity, remainingCostMinor: costMinor }
}

const layers = fc.array(
  fc
    .record({
      quantity: fc.integer({ min: 1, max: 5_000 }),
      costMinor: fc.integer({ min: 0, max: 2_000_000_000 }),
    })
    .map(({ quantity, costMinor }) => fullLayer(quantity, costMinor)),
  { maxLength: 12 },
)
const quantities = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 30 })

function total(list: readonly Layer[], key: keyof Layer): number {
  return list.reduce((sum, layer) => sum + layer[key], 0)
}

describe('consume', () => {
  test('what was taken and what remains sum to what came in, in units and in cost', () => {
    fc.assert(
      fc.property(layers, quantities, (stock, wanted) => {
        let units = 0
        let cost = 0
        for (const quantity of wanted) {
          const taken = consume(stock, quantity)
          if (!taken.ok) continue
          units += quantity
          cost += taken.costMinor
        }
        expect(units + total(stock, 'remainingQuantity')).toBe(total(stock, 'quantity'))
        expect(cost + total(stock, 'remainingCostMinor')).toBe(total(stock, 'costMinor'))
      }),
    )
  })

  test('no layer goes below nothing, and an older layer is empty before a newer one is touched', () => {
    fc.assert(
      fc.property(layers, quantities, (stock, wanted) => {
        for (const quantity of wanted) consume(stock, quantity)
        let touched = false
        for (const layer of [...stock].reverse()) {
          expect(layer.remainingQuantity).toBeGreaterThanOrEqual(0)
          expect(layer.remainingCostMinor).toBe(costOfRemaining(layer))
          if (touched) expect(layer.remainingQuantity).toBe(0)
          touched ||= layer.remainingQuantity < layer.quantity
        }
      }),
    )
  })

  test('the cost of n units does not depend on how many at a time they leave', () => {
    fc.assert(
      fc.property(layers, fc.nat(), fc.nat(), (stock, a, b) => {
        const held = total(stock, 'quantity')
        const all = a % (held + 1)
        const some = b % (all + 1)
        const copy = stock.map((layer) => ({ ...layer }))
        const once = consume(stock, all)
        const first = consume(copy, some)
        const rest = consume(copy, all - some)
        if (!once.ok || !first.ok || !rest.ok) throw new Error('there is enough stock')
        expect(first.costMinor + rest.costMinor).toBe(once.costMinor)
        expect(copy).toEqual(stock)
      }),
    )
  })

  test('takes nothing where there is too little, and says how much there is', () => {
    const stock = [fullLayer(3, 300), fullLayer(2, 500)]
    expect(consume(stock, 6)).toEqual({ ok: false, reason: 'not_enough_stock', available: 5 })
    expect(stock).toEqual([fullLayer(3, 300), fullLayer(2, 500)])
  })

  test('takes nothing from no layers', () => {
    expect(consume([], 0)).toEqual({ ok: true, costMinor: 0 })
    expect(consume([], 1)).toEqual({ ok: false, reason: 'not_enough_stock', available: 0 })
  })

  test('crosses layers oldest first and splits a cent that does not divide', () => {
    const stock = [fullLayer(3, 100), fullLayer(10, 1_000)]
    expect(consume(stock, 1)).toEqual({ ok: true, costMinor: 33 })
    expect(consume(stock, 1)).toEqual({ ok: true, costMinor: 33 })
    expect(consume(stock, 2)).toEqual({ ok: true, costMinor: 34 + 100 })
  })
})
