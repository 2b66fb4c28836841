/** A JSON object of a server that nobody vouches for. */
export type Members = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object, or one without members in place of anything else. */
export const membersOf = (value: unknown): Members => (isObject(value) ? value : {})

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

/** The entries that are strings; none of anything that is no list. */
export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
