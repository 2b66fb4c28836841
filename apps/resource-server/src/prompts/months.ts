import type { Day } from '@neonpanel/database/ledger/days'

const format = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })

/** `November 2026`. */
export function monthName(day: Day): string {
  return format.format(Date.parse(day))
}
