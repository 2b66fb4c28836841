import { type Html, html } from './html.ts'

const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})

/** `3 Nov 2026` */
export function formatDate(at: Date): string {
  return day.format(at).replace('Sept', 'Sep')
}

/** `22 Nov 2026, 14:32:07 UTC` */
export function formatDateTime(at: Date): string {
  return `${formatDate(at)}, ${formatClock(at)} UTC`
}

/** `14:32:07`, in UTC */
export function formatClock(at: Date): string {
  return at.toISOString().slice(11, 19)
}

/** A `<time>` with its machine-readable value; the text is the date and time unless given. */
export function time(at: Date, text = formatDateTime(at)): Html {
  return html`<time datetime="${at.toISOString()}">${text}</time>`
}
