import type { Day } from '@neonpanel/database/ledger/days'

let format: Intl.DateTimeFormat | undefined

/** `November 2026`. */
export function monthName(day: Day): string {
  // Made by the first call: it takes longer than most of a start.
  format ??= new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })
  return format.format(Date.parse(day))
}
