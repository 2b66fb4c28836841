import type { Middleware } from 'koa'

/** U+0000, which PostgreSQL cannot hold and nobody means, in an address or in a posted form. */
const encodedNul = /%00/

/** Whether text of an address or of an urlencoded form holds a NUL character. */
export function holdsNul(encoded: string): boolean {
  return encodedNul.test(encoded) || encoded.includes('\0')
}

/** Whether a value that was parsed from JSON holds a NUL character, in any name or text of it. */
export function holdsNulText(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, member]) => name.includes('\0') || holdsNulText(member))
}

/** Answers 400 to an address with a NUL character, before anybody looks for what cannot be stored. */
export const refuseNulInAddress: Middleware = async function refuseNulInAddress(ctx, next) {
  if (holdsNul(ctx.url)) ctx.throw(400, 'An address cannot hold a NUL character.')
  await next()
}
