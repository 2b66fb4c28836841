import { type Html, raw } from './html.ts'

/** The line icons of the design: the inside of a 16 by 16 `<symbol>`. */
const symbols = {
  alert: '<path d="M8 2.2 14.3 13.2H1.7zM8 6.4v3.1M8 11.3v.1" />',
  'arrow-left': '<path d="M13 8H3M7 4 3 8l4 4" />',
  'arrow-right': '<path d="M3 8h10M9 4l4 4-4 4" />',
  bolt: '<path d="M8.9 1.8 3.4 9h4.1l-.6 5.2L12.6 7H8.4z" />',
  book: '<path d="M8 4.6A2 2 0 0 0 6 3H2v9.2h4.2A1.8 1.8 0 0 1 8 13.6M8 4.6A2 2 0 0 1 10 3h4v9.2H9.8A1.8 1.8 0 0 0 8 13.6zM8 4.6v9" />',
  box: '<path d="m8 1.8 5.5 2.9v6.6L8 14.2l-5.5-2.9V4.7z" /><path d="M2.5 4.7 8 7.7l5.5-3M8 7.7v6.5" />',
  building:
    '<path d="M3 13.5v-10a1 1 0 0 1 1-1h5a1 1 0 0 1 1 1v10M10 6.5h2a1 1 0 0 1 1 1v6M1.5 13.5h13M5.5 5.5h2M5.5 8h2M5.5 10.5h2" />',
  chart: '<path d="M2.5 2.5v11h11M5.6 10.6V8M8.6 10.6V5.5M11.6 10.6V7" />',
  check: '<path d="m3.5 8.5 3 3 6-7" />',
  clock: '<circle cx="8" cy="8" r="6.2" /><path d="M8 4.6V8l2.3 1.5" />',
  copy: '<rect x="5.5" y="5.5" width="8" height="8" rx="1.5" /><path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5" />',
  external: '<path d="M6.5 3.5h-3v9h9v-3M9.2 2.8h4v4M13 3 7.6 8.4" />',
  flow: '<path d="M3 2.5v11M13 2.5v11M3 5.5h7.4M8.4 3.5l2 2-2 2M13 10.5H5.6M7.6 8.5l-2 2 2 2" />',
  globe:
    '<circle cx="8" cy="8" r="6.2" /><path d="M1.8 8h12.4M8 1.8c1.8 1.8 2.6 3.8 2.6 6.2s-.8 4.4-2.6 6.2C6.2 12.4 5.4 10.4 5.4 8S6.2 3.6 8 1.8z" />',
  info: '<circle cx="8" cy="8" r="6.2" /><path d="M8 7.4v3.6M8 5v.1" />',
  key: '<circle cx="5.4" cy="10.6" r="3" /><path d="m7.6 8.4 5.9-5.9M11 5l2 2" />',
  layers: '<path d="m8 2 6 3.2-6 3.2-6-3.2zM2.3 8.2 8 11.2l5.7-3M2.3 11 8 14l5.7-3" />',
  link: '<path d="M6.8 9.2a2.7 2.7 0 0 0 3.8 0l2-2a2.7 2.7 0 0 0-3.8-3.8l-.8.8M9.2 6.8a2.7 2.7 0 0 0-3.8 0l-2 2a2.7 2.7 0 0 0 3.8 3.8l.8-.8" />',
  list: '<path d="M5.8 4h7.7M5.8 8h7.7M5.8 12h7.7M2.6 4h.1M2.6 8h.1M2.6 12h.1" />',
  lock: '<rect x="3" y="7" width="10" height="6.5" rx="1.5" /><path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2" />',
  logout: '<path d="M6 2.5H3.5a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1H6M10 11l3-3-3-3M13 8H6" />',
  menu: '<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />',
  minus: '<path d="M4 8h8" />',
  monitor:
    '<rect x="2" y="2.5" width="12" height="8.5" rx="1.3" /><path d="M5.5 13.5h5M8 11v2.5" />',
  overview:
    '<rect x="2.3" y="2.3" width="4.7" height="4.7" rx="1" /><rect x="9" y="2.3" width="4.7" height="4.7" rx="1" /><rect x="2.3" y="9" width="4.7" height="4.7" rx="1" /><rect x="9" y="9" width="4.7" height="4.7" rx="1" />',
  phone: '<rect x="4.5" y="1.8" width="7" height="12.4" rx="1.5" /><path d="M7.3 12h1.4" />',
  plug: '<path d="M5.5 1.8V5M10.5 1.8V5M3.5 5h9v2.3a4.5 4.5 0 0 1-9 0zM8 11.8v2.4" />',
  plus: '<path d="M8 3.5v9M3.5 8h9" />',
  refresh: '<path d="M13.4 2.8v3.4H10M13 6A5.6 5.6 0 1 0 13.6 8.6" />',
  search: '<circle cx="7" cy="7" r="4.3" /><path d="m10.2 10.2 3.3 3.3" />',
  server:
    '<rect x="2.3" y="2.3" width="11.4" height="4.9" rx="1.2" /><rect x="2.3" y="8.8" width="11.4" height="4.9" rx="1.2" /><path d="M5 4.8h.1M5 11.3h.1" />',
  'shield-alert':
    '<path d="m8 1.8 5.2 1.9v4.1c0 3.1-2.2 5.3-5.2 6.4-3-1.1-5.2-3.3-5.2-6.4V3.7z" /><path d="M8 5.2v3M8 10.4v.1" />',
  'shield-check':
    '<path d="m8 1.8 5.2 1.9v4.1c0 3.1-2.2 5.3-5.2 6.4-3-1.1-5.2-3.3-5.2-6.4V3.7z" /><path d="M5.7 8 7.3 9.6l3-3.2" />',
  terminal:
    '<rect x="2" y="3" width="12" height="10" rx="1.5" /><path d="m4.8 6.2 2 1.8-2 1.8M8.6 10h2.6" />',
  ticket:
    '<path d="M2 6V4.5a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1V6a2 2 0 0 0 0 4v1.5a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V10a2 2 0 0 0 0-4zM9.7 6.2v.1M9.7 9.7v.1" />',
  trash: '<path d="M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.8 7.2v3.6M9.2 7.2v3.6" />',
  upload: '<path d="M8 10V2.6M5 5.3l3-2.9 3 2.9M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2" />',
  user: '<circle cx="8" cy="5.4" r="2.8" /><path d="M2.7 13.6c.6-2.6 2.7-4 5.3-4s4.7 1.4 5.3 4" />',
  users:
    '<circle cx="6" cy="5.5" r="2.5" /><path d="M1.5 13.2c.5-2.3 2.3-3.5 4.5-3.5s4 1.2 4.5 3.5M10.4 3.1a2.5 2.5 0 0 1 0 4.7M12 10c1.4.5 2.2 1.6 2.5 3.2" />',
  x: '<path d="m4 4 8 8m0-8-8 8" />',
} as const

export type IconName = keyof typeof symbols

/** An icon beside a word; it says nothing of its own to assistive technology. */
export function icon(name: IconName, className = 'icon'): Html {
  return raw(`<svg class="${className}" aria-hidden="true"><use href="#i-${name}" /></svg>`)
}

/** The hidden sprite of a page: only the symbols that its markup uses. */
export function sprite(page: Html): Html {
  const used = new Set([...page.markup.matchAll(/href="#i-([a-z-]+)"/g)].map(([, name]) => name))
  const drawn = Object.entries(symbols)
    .filter(([name]) => used.has(name))
    .map(([name, shape]) => `<symbol id="i-${name}" viewBox="0 0 16 16">${shape}</symbol>`)
  return raw(`<svg class="sprite" aria-hidden="true">${drawn.join('')}</svg>`)
}
