import { type Html, html, raw } from './html.ts'

/** The line icons of the design that a report uses: the inside of a 16 by 16 `<symbol>`. */
const symbols = {
  alert: '<path d="M8 2.2 14.3 13.2H1.7zM8 6.4v3.1M8 11.3v.1" />',
  check: '<path d="m3.5 8.5 3 3 6-7" />',
  info: '<circle cx="8" cy="8" r="6.2" /><path d="M8 7.4v3.6M8 5v.1" />',
  minus: '<path d="M4 8h8" />',
  x: '<path d="m4 4 8 8m0-8-8 8" />',
} as const

export type IconName = keyof typeof symbols

/** An icon beside a word; it says nothing of its own to assistive technology. */
export const icon = (name: IconName): Html =>
  html`<svg class="icon" aria-hidden="true"><use href="#i-${name}" /></svg>`

/** The hidden sprite at the end of the page. */
export const sprite: Html = raw(
  `<svg class="sprite" aria-hidden="true">${Object.entries(symbols)
    .map(([name, shape]) => `<symbol id="i-${name}" viewBox="0 0 16 16">${shape}</symbol>`)
    .join('')}</svg>`,
)

/** The NeonPanel mark, without its word. */
export const brandMark = raw(
  '<svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true"><rect width="24" height="24" rx="6.5" /><path d="M7.5 17V7l9 10V7" /></svg>',
)
