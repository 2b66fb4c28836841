import { parse as parseIso, toSeconds } from 'iso8601-duration'
import ms, { type StringValue } from 'ms'

/**
 * A length of time as people write it, in milliseconds: `90s`, `61m`, `2h`, `30 days`, `PT1H30M` (ISO 8601), or a number of
 * seconds. A minus sign in front turns it around. Undefined when it is none of these.
 */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim()
  const length = trimmed.replace(/^-\s*/, '')
  const milliseconds = lengthOf(length)
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) return undefined
  return length === trimmed ? milliseconds : -milliseconds
}

function lengthOf(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (/^P/i.test(text)) return isoLength(text.toUpperCase())
  return /^\d/.test(text) ? ms(text as StringValue) : undefined
}

function isoLength(text: string): number | undefined {
  // A bare `P` or `PT` matches the library's grammar and says nothing.
  if (!/\d/.test(text)) return undefined
  try {
    // Years and months count from a fixed day, so that the same text is always as long.
    return toSeconds(parseIso(text), new Date(0)) * 1000
  } catch {
    return undefined
  }
}
