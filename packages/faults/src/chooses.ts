import { hash } from 'node:crypto'
import type { Where } from './where.ts'

/** Whether a fault takes the nth of the requests that it is for; the same seed always takes the same ones. */
export function chooses({ nth, every, probability, seed }: Where, n: number): boolean {
  if (nth !== undefined && ![nth].flat().includes(n)) return false
  if (every !== undefined && n % every !== 0) return false
  return probability === undefined || fraction(`${seed} ${n}`) < probability
}

/** A number in [0, 1) that looks like any other, and is always the same for a text. */
function fraction(text: string): number {
  return hash('sha256', text, 'buffer').readUInt32BE() / 2 ** 32
}
