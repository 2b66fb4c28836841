import { addDays, type Day, dayNumber, dayOfNumber } from '@neonpanel/database/ledger/days'

/** What figures over time are grouped by. */
export const periodKinds = ['day', 'week', 'month', 'quarter'] as const

export type PeriodKind = (typeof periodKinds)[number]

/** A calendar period, cut to the range that was asked for. */
export interface Period {
  /** `2026-10-31`, `2026-W44` (ISO 8601), `2026-10`, `2026-Q4`. */
  readonly label: string
  readonly from: Day
  /** Included. */
  readonly to: Day
}

/** The calendar period that a day lies in, whole. */
export function periodOf(day: Day, kind: PeriodKind): Period {
  if (kind === 'day') return { label: day, from: day, to: day }
  if (kind === 'week') return weekOf(day)
  const year = Number(day.slice(0, 4))
  const month = Number(day.slice(5, 7))
  if (kind === 'month') {
    return { label: day.slice(0, 7), from: `${day.slice(0, 7)}-01`, to: monthEnd(year, month) }
  }
  const quarter = Math.ceil(month / 3)
  return {
    label: `${day.slice(0, 4)}-Q${quarter}`,
    from: `${day.slice(0, 4)}-${String(quarter * 3 - 2).padStart(2, '0')}-01`,
    to: monthEnd(year, quarter * 3),
  }
}

/** The periods of a range, in order and without gaps; the first and the last are cut to it. */
export function periodsBetween(from: Day, to: Day, kind: PeriodKind): Period[] {
  const periods: Period[] = []
  for (let day = from; day <= to; ) {
    const whole = periodOf(day, kind)
    periods.push({ label: whole.label, from: day, to: whole.to < to ? whole.to : to })
    day = addDays(whole.to, 1)
  }
  return periods
}

/** The first day of the period that lies `count - 1` periods before the one of `day`. */
export function startOfLastPeriods(day: Day, kind: PeriodKind, count: number): Day {
  let start = periodOf(day, kind).from
  for (let left = count - 1; left > 0; left -= 1) start = periodOf(addDays(start, -1), kind).from
  return start
}

/** Monday to Sunday; it belongs to the year of its Thursday. */
function weekOf(day: Day): Period {
  const number = dayNumber(day)
  // 1970-01-01 was a Thursday.
  const monday = number - ((((number + 3) % 7) + 7) % 7)
  const thursday = dayOfNumber(monday + 3)
  const year = thursday.slice(0, 4)
  const week = Math.floor((monday + 3 - dayNumber(`${year}-01-01`)) / 7) + 1
  return {
    label: `${year}-W${String(week).padStart(2, '0')}`,
    from: dayOfNumber(monday),
    to: dayOfNumber(monday + 6),
  }
}

/** @param month 1 to 12 */
function monthEnd(year: number, month: number): Day {
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)
}
