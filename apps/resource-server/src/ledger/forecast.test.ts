import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forecast, type StockAndPace } from './forecast.ts'

const today = '2026-10-31'

const item: StockAndPace = {
  onHand: 40,
  reserved: 10,
  inbound: 0,
  nextArrivalOn: null,
  unitsSold: 60,
  windowDays: 30,
  leadTimeDays: 20,
}

describe('forecast', () => {
  test('counts from what is available, not from what is on hand', () => {
    expect(forecast(today, item)).toMatchObject({
      available: 30,
      velocityPerDay: 2,
      daysOfCover: 15,
      runsOutOn: '2026-11-15',
      sellThroughPercent: 60,
    })
  })

  test('an item that does not sell never runs out and is not reordered', () => {
    expect(forecast(today, { ...item, unitsSold: 0 })).toMatchObject({
      daysOfCover: null,
      runsOutOn: null,
      sellThroughPercent: 0,
      reorder: null,
    })
  })

  test('an item without stock and sales has no sell-through', () => {
    const idle = { ...item, onHand: 0, reserved: 0, unitsSold: 0 }
    expect(forecast(today, idle).sellThroughPercent).toBeNull()
  })

  test('an item with nothing available is out today, also when more is reserved than there is', () => {
    expect(forecast(today, { ...item, onHand: 4, reserved: 9 })).toMatchObject({
      available: -5,
      daysOfCover: 0,
      runsOutOn: today,
    })
  })

  test('orders what the lead time and the days after it need, less what is available and inbound', () => {
    const { reorder } = forecast(today, { ...item, inbound: 25, nextArrivalOn: '2026-11-10' })
    expect(reorder).toEqual({ quantity: 130 - 30 - 25, orderBy: today })
  })

  test('the day to order by lies a lead time before the stock is gone', () => {
    const slow = { ...item, unitsSold: 15, leadTimeDays: 10 }
    expect(forecast(today, slow)).toMatchObject({
      daysOfCover: 60,
      reorder: null,
    })
    expect(forecast(today, { ...slow, onHand: 20 })).toMatchObject({
      daysOfCover: 20,
      reorder: { orderBy: '2026-11-10' },
    })
  })

  test('inbound units are in time until the day on which the stock is gone', () => {
    const inbound = { ...item, inbound: 10 }
    expect(forecast(today, { ...inbound, nextArrivalOn: '2026-11-15' }).inboundArrivesInTime).toBe(
      true,
    )
    expect(forecast(today, { ...inbound, nextArrivalOn: '2026-11-16' }).inboundArrivesInTime).toBe(
      false,
    )
    expect(forecast(today, inbound).inboundArrivesInTime).toBe(false)
  })

  test('more stock never runs out earlier, and more sales never later', () => {
    const count = fc.integer({ min: 1, max: 10_000 })
    fc.assert(
      fc.property(count, count, count, (onHand, unitsSold, more) => {
        const days = (change: Partial<StockAndPace>) =>
          forecast(today, { ...item, reserved: 0, onHand, unitsSold, ...change }).daysOfCover!
        expect(days({ onHand: onHand + more })).toBeGreaterThanOrEqual(days({}))
        expect(days({ unitsSold: unitsSold + more })).toBeLessThanOrEqual(days({}))
      }),
    )
  })
})
