/**
 * `floor(amount × part / whole)` on integers, exact beyond 2^53.
 *
 * @param amount minor units, 0 or more
 * @param part 0 or more
 * @param whole 1 or more
 */
export function proportion(amount: number, part: number, whole: number): number {
  const product = amount * part
  if (Number.isSafeInteger(product)) return (product - (product % whole)) / whole
  return Number((BigInt(amount) * BigInt(part)) / BigInt(whole))
}

/**
 * Splits an amount by weight with nothing lost: each part is the exact share rounded down, and the minor units left
 * over go to the largest remainders, the earlier part first where they tie. Without any weight the parts are equal.
 *
 * @param total minor units, 0 or more
 * @param weights integers, 0 or more; at least one
 * @returns as many parts as weights; they sum to `total`
 */
export function allocate(total: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  if (whole === 0) return allocate(total, new Array<number>(weights.length).fill(1))
  const parts = weights.map((weight) => proportion(total, weight, whole))
  const left = total - parts.reduce((sum, part) => sum + part, 0)
  if (left === 0) return parts
  const remainders = weights.map((weight) => (BigInt(total) * BigInt(weight)) % BigInt(whole))
  const order = remainders
    .map((remainder, index) => ({ remainder, index }))
    .sort((a, b) =>
      a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
    )
  for (const { index } of order.slice(0, left)) parts[index] = parts[index]! + 1
  return parts
}
