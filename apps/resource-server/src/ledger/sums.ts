/** What a database answers for a sum: PostgreSQL writes large integers as text. */
export type Sum = number | bigint | string | null

/** A sum of integers as a number. Throws when it is too large to be exact. */
export function integer(sum: Sum): number {
  const number = Number(sum ?? 0)
  if (!Number.isSafeInteger(number)) throw new RangeError('a sum is too large to be exact')
  return number
}
