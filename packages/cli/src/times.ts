/** Epoch seconds as people and programs read them alike: ISO 8601 in UTC, to the second; `none` where there is none. */
export function isoSeconds(epochSeconds: number | null, none = '–'): string {
  if (epochSeconds === null) return none
  return new Date(epochSeconds * 1000).toISOString().replace('.000', '')
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const

/** How long ago something was, in few letters: `3h ago`; `now` within a minute, `never` where it has not been. */
export function ago(epochSeconds: number | null, now = Date.now()): string {
  if (epochSeconds === null) return 'never'
  const seconds = now / 1000 - epochSeconds
  const [letter, length] = units.find(([, unit]) => seconds >= unit) ?? []
  return letter === undefined ? 'now' : `${Math.floor(seconds / length)}${letter} ago`
}
