/** Epoch seconds as people and programs read them alike: ISO 8601 in UTC, to the second; `none` where there is none. */
export function isoSeconds(epochSeconds: number | null, none = '–'): string {
  if (epochSeconds === null) return none
  return new Date(epochSeconds * 1000).toISOString().replace('.000', '')
}
