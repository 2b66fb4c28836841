import { addDays, type Day } from '@neonpanel/database/ledger/days'

/** What is known of an item's stock and its pace. */
export interface StockAndPace {
  readonly onHand: number
  readonly reserved: number
  readonly inbound: number
  /** When the next inbound units are expected. */
  readonly nextArrivalOn: Day | null
  /** Units sold in the last `windowDays` days. */
  readonly unitsSold: number
  readonly windowDays: number
  readonly leadTimeDays: number
}

export interface Forecast {
  /** On hand and not promised. */
  readonly available: number
  /** Units per day, to two digits. */
  readonly velocityPerDay: number
  /** Whole days that the available units last; null without sales. */
  readonly daysOfCover: number | null
  /** The day on which the available units are gone; null without sales. */
  readonly runsOutOn: Day | null
  /** Of the units that were there to sell, the part that was sold. */
  readonly sellThroughPercent: number | null
  /** Whether inbound units are expected before the available ones are gone. */
  readonly inboundArrivesInTime: boolean
  readonly reorder: Reorder | null
}

/** What to order so that stock lasts from the arrival for another cycle. */
export interface Reorder {
  readonly quantity: number
  /** Latest day to order so that units arrive before the stock is gone; never before the books' today. */
  readonly orderBy: Day
}

/** Days that an order is to last beyond its lead time: one cycle and a margin. */
const coverAfterArrivalDays = 45

/** What happens to an item when it keeps selling at its pace. Integer arithmetic; nothing is rounded up but orders. */
export function forecast(today: Day, item: StockAndPace): Forecast {
  const { onHand, reserved, inbound, unitsSold, windowDays } = item
  const available = onHand - reserved
  const daysOfCover =
    unitsSold === 0 ? null : Math.floor((Math.max(available, 0) * windowDays) / unitsSold)
  const runsOutOn = daysOfCover === null ? null : addDays(today, daysOfCover)
  const offered = unitsSold + onHand
  return {
    available,
    velocityPerDay: Math.round((unitsSold * 100) / windowDays) / 100,
    daysOfCover,
    runsOutOn,
    sellThroughPercent: offered === 0 ? null : Math.round((unitsSold * 1000) / offered) / 10,
    inboundArrivesInTime:
      inbound > 0 &&
      item.nextArrivalOn !== null &&
      runsOutOn !== null &&
      item.nextArrivalOn <= runsOutOn,
    reorder: daysOfCover === null ? null : reorderOf(today, item, available, daysOfCover),
  }
}

function reorderOf(
  today: Day,
  { inbound, unitsSold, windowDays, leadTimeDays }: StockAndPace,
  available: number,
  daysOfCover: number,
): Reorder | null {
  const wantedDays = leadTimeDays + coverAfterArrivalDays
  const wanted = Math.ceil((unitsSold * wantedDays) / windowDays)
  const quantity = wanted - available - inbound
  if (quantity <= 0) return null
  return { quantity, orderBy: addDays(today, Math.max(0, daysOfCover - leadTimeDays)) }
}
