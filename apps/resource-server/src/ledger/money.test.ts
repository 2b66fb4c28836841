import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { money, parseAmount, percent, unitMoney, unitMoneyParts } from './money.ts'

const minor = fc.integer({ min: 0, max: 999_999_999_999 })

/** Units of the fourth digit. */
function tenThousandths(amount: string): number {
  return Number(amount.replace('.', ''))
}

describe('money', () => {
  test.each([
    [123_456, 'USD', '1234.56'],
    [5, 'EUR', '0.05'],
    [-5, 'EUR', '-0.05'],
    [-12_345, 'EUR', '-123.45'],
    [0, 'USD', '0.00'],
    [1_234, 'JPY', '1234'],
    [1_234, 'KWD', '1.234'],
  ])('%i minor units of %s are %s', (amount, currency, written) => {
    expect(money(amount, currency)).toEqual({ amount: written, currency })
  })

  test('what is written reads as the same amount', () => {
    fc.assert(
      fc.property(minor, fc.constantFrom('USD', 'JPY', 'KWD'), (amount, currency) => {
        expect(parseAmount(money(amount, currency).amount, currency)).toBe(amount)
      }),
    )
  })
})

describe('parseAmount', () => {
  test.each([
    ['12', 1_200],
    ['12.5', 1_250],
    [' 12.50 ', 1_250],
    ['0.01', 1],
  ])('%o is %i cents', (text, cents) => {
    expect(parseAmount(text, 'USD')).toBe(cents)
  })

  test.each(['', '12.345', '-1', '+1', '1,000.00', '1e3', '.5', '12.', 'NaN', '$12', '1 000'])(
    '%o is no amount',
    (text) => {
      expect(parseAmount(text, 'USD')).toBeUndefined()
    },
  )

  test('a currency without minor units takes no digits after the point', () => {
    expect(parseAmount('100', 'JPY')).toBe(100)
    expect(parseAmount('100.5', 'JPY')).toBeUndefined()
  })
})

describe('unit costs', () => {
  test('are rounded half up at the fourth digit', () => {
    expect(unitMoney(100, 3, 'USD')).toEqual({ amount: '0.3333', currency: 'USD' })
    expect(unitMoney(200, 3, 'USD')).toEqual({ amount: '0.6667', currency: 'USD' })
    expect(unitMoney(1, 20_000, 'USD')).toEqual({ amount: '0.0000', currency: 'USD' })
    expect(unitMoney(1, 200, 'USD')).toEqual({ amount: '0.0001', currency: 'USD' })
  })

  test('there is none without a unit', () => {
    expect(unitMoney(0, 0, 'USD')).toBeNull()
  })

  test('of the parts sum to that of the whole', () => {
    fc.assert(
      fc.property(minor, minor, minor, fc.integer({ min: 1, max: 100_000 }), (a, b, c, units) => {
        const parts = unitMoneyParts({ a, b, c }, units, 'USD')
        const sum = Object.values(parts).reduce(
          (total, part) => total + tenThousandths(part.amount),
          0,
        )
        expect(sum).toBe(tenThousandths(unitMoney(a + b + c, units, 'USD')!.amount))
      }),
    )
  })
})

describe('percent', () => {
  test('has two digits, a sign, and no value without a whole', () => {
    expect(percent(1, 3)).toBe(33.33)
    expect(percent(-1, 3)).toBe(-33.33)
    expect(percent(5, 0)).toBeNull()
  })
})
