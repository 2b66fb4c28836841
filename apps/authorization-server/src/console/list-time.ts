import type { Html } from '../web/html.ts'
import { formatClock, formatDate, time } from '../web/time.ts'

/** A time in a table whose head says UTC: `22 Nov 2026, 14:32:07`. */
export function listTime(at: Date): Html {
  return time(at, `${formatDate(at)}, ${formatClock(at)}`)
}
