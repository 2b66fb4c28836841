/** Exchanges of one address that a process records within a minute. */
const perAddress = 1_500

/** Addresses that are counted at a time: more of them within a minute are no clients that connect. */
const mostAddresses = 10_000

const periodMs = 60_000

/**
 * Whether an exchange may still be recorded: who floods a server with refused requests fills neither its database nor
 * everybody's history. Counts begin anew every minute of real time.
 */
export function createAllowance(limit = perAddress): (address: string) => boolean {
  let counts = new Map<string, number>()
  let endsAtMs = 0
  return function mayRecord(address) {
    const nowMs = performance.now()
    if (nowMs >= endsAtMs) {
      counts = new Map()
      endsAtMs = nowMs + periodMs
    }
    const count = counts.get(address) ?? 0
    if (count >= limit || (count === 0 && counts.size >= mostAddresses)) return false
    counts.set(address, count + 1)
    return true
  }
}
