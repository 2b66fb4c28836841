import { formatDate } from './time.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const count = (number: number, unit: string) => `${number} ${unit}${number === 1 ? '' : 's'}`

/** `just now`, `4 minutes ago`, `2 hours ago`, `yesterday`, then the date: for times whose exactness does not matter. */
export function ago(at: Date, now = new Date()): string {
  const elapsedMs = now.getTime() - at.getTime()
  if (elapsedMs < minuteMs) return 'just now'
  if (elapsedMs < hourMs) return `${count(Math.floor(elapsedMs / minuteMs), 'minute')} ago`
  if (elapsedMs < dayMs) return `${count(Math.floor(elapsedMs / hourMs), 'hour')} ago`
  if (elapsedMs < 2 * dayMs) return 'yesterday'
  return formatDate(at)
}
