/**
 * What time it is. Every decision about time goes through `Date.now()`, so that shifting it shifts the whole process.
 */
export function now(): Date {
  return new Date(Date.now())
}
