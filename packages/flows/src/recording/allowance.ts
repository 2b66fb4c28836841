/** Exchanges that a process records within a minute, of one address and of all. */
const perAddress = 3_000
const perProcess = 6_000

const periodMs = 60_000

/**
 * Whether an exchange may still be recorded: who floods a server with refused requests fills neither its database nor
 * everybody's history. Counts begin anew every minute of real time.
 *
 * @param onExceeded told once in such a minute
 */
export function createAllowance(
  onExceeded: () => void,
  ofAddress = perAddress,
  ofAll = perProcess,
): (address: string) => boolean {
  let counts = new Map<string, number>()
  let total = 0
  let isTold = false
  let endsAtMs = 0
  return function mayRecord(address) {
    const nowMs = performance.now()
    if (nowMs >= endsAtMs) {
      counts = new Map()
      total = 0
      isTold = false
      endsAtMs = nowMs + periodMs
    }
    const count = counts.get(address) ?? 0
    if (count >= ofAddress || total >= ofAll) {
      if (!isTold) onExceeded()
      isTold = true
      return false
    }
    counts.set(address, count + 1)
    total += 1
    return true
  }
}
