import type { Attempt } from './attempts.ts'
import type { Deed } from './deed.ts'

/** How long before its attempt a client may have looked around. */
const windowMs = 15 * 60_000

/** Where only the address tells: a person's browser and a client on the same computer. */
const addressWindowMs = 2 * 60_000

/** Who looks around again after so long is another one. */
const silenceMs = 10 * 60_000

/** Attempts that begin so close together may have looked around at the same time. */
const togetherMs = 60_000

/** When an attempt was seen with a network address and `User-Agent`. */
interface Claim {
  readonly attempt: Attempt
  readonly from: number
  readonly first: number
  readonly last: number
}

const timeOf = ({ head }: Deed) => head.at.getTime()

const agentOf = ({ head }: Deed) => `${head.address} ${head.agent}`

/**
 * Gives challenges, metadata and preflights, which name nobody, to the attempts that they led to: of the same address
 * and `User-Agent`, within 15 minutes before, and not taken by an earlier one. Where several attempts may have made
 * them, each gets its share of every kind.
 *
 * @returns what led to nothing
 */
export function claimDiscovery(attempts: readonly Attempt[], loose: readonly Deed[]): Deed[] {
  const claimsOf = Map.groupBy(attempts.flatMap(claimsIn), ([agent]) => agent)
  const unclaimed: Deed[] = []
  for (const [agent, deeds] of Map.groupBy(loose, agentOf)) {
    const claims = (claimsOf.get(agent) ?? [])
      .map(([, claim]) => claim)
      .toSorted((a, b) => a.first - b.first)
    unclaimed.push(...share(claims, deeds))
  }
  const left = claimByAddress(attempts, unclaimed)
  for (const { deeds } of attempts) deeds.sort(byTime)
  return left
}

const byTime = (a: Deed, b: Deed) =>
  timeOf(a) - timeOf(b) || (a.head.id < b.head.id ? -1 : Number(a.head.id > b.head.id))

function claimsIn(attempt: Attempt): [agent: string, claim: Claim][] {
  const from = timeOf(attempt.deeds[0]!) - windowMs
  return [...Map.groupBy(attempt.deeds, agentOf)].map(([agent, deeds]) => [
    agent,
    {
      attempt,
      from,
      first: timeOf(deeds[0]!),
      last: timeOf(deeds.at(-1)!) + stayMs(deeds.at(-1)!),
    },
  ])
}

/** Who has just got a token and is challenged again has not sent it. */
function stayMs({ head }: Deed): number {
  return head.kind === 'code_grant' || head.kind === 'device_grant' ? silenceMs : 0
}

/** A deed is of the next attempt that begins, or of the one that it is in the midst of. */
function share(claims: readonly Claim[], deeds: readonly Deed[]): Deed[] {
  const together = new Map(
    clustersOf(claims).flatMap((cluster) => cluster.map((claim) => [claim, cluster] as const)),
  )
  const left: Deed[] = []
  const before = new Map<readonly Claim[], Deed[]>()
  for (const deed of deeds) {
    const at = timeOf(deed)
    const next = nextOf(claims, at)
    if (next) {
      const cluster = together.get(next)!
      const claimed = before.get(cluster)
      if (claimed) claimed.push(deed)
      else before.set(cluster, [deed])
    } else {
      const current = claims.findLast(({ from, last }) => at >= from && at <= last)
      if (current) current.attempt.deeds.push(deed)
      else left.push(deed)
    }
  }
  for (const [cluster, claimed] of before) deal(claimed, cluster)
  return left
}

/** The first attempt that begins then or later, and not too late to have been prepared so early. */
function nextOf(claims: readonly Claim[], at: number): Claim | undefined {
  let [low, high] = [0, claims.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (claims[middle]!.first < at) low = middle + 1
    else high = middle
  }
  for (let index = low; index < claims.length; index += 1) {
    const claim = claims[index]!
    if (claim.from <= at) return claim
    // Those that follow begin later still; only one that was already under way may have an earlier start.
    if (claim.first - at > 2 * windowMs) return undefined
  }
  return undefined
}

function clustersOf(claims: readonly Claim[]): Claim[][] {
  const clusters: Claim[][] = []
  for (const claim of claims) {
    const cluster = clusters.at(-1)
    const before = cluster?.at(-1)
    if (cluster && before && claim.first - before.first <= togetherMs) cluster.push(claim)
    else clusters.push([claim])
  }
  return clusters
}

/** Each attempt gets its share of every kind, in order of time, and nothing that came after it began. */
function deal(deeds: readonly Deed[], claims: readonly Claim[]): void {
  const alike = Map.groupBy(deeds, ({ head }) => `${head.server} ${head.method} ${head.path}`)
  for (const same of alike.values()) {
    for (const [index, deed] of same.entries()) {
      const share = Math.floor((index * claims.length) / Math.max(same.length, claims.length))
      const earliest = claims.findIndex(({ first }) => first >= timeOf(deed))
      claims[Math.max(share, earliest)]!.attempt.deeds.push(deed)
    }
  }
}

/** While only the person's browser has been seen, a client of the same address that has just looked around is theirs. */
function claimByAddress(attempts: readonly Attempt[], unclaimed: readonly Deed[]): Deed[] {
  const browsing = attempts.filter(({ deeds }) => deeds.every(isOfBrowser))
  const taken = new Set<Deed>()
  for (const attempt of browsing) {
    const { head } = attempt.deeds[0]!
    const start = head.at.getTime()
    const near = unclaimed.filter(
      (deed) =>
        !taken.has(deed) &&
        deed.head.address === head.address &&
        timeOf(deed) <= start &&
        timeOf(deed) >= start - addressWindowMs,
    )
    const rivals = browsing.filter(
      (other) =>
        other !== attempt &&
        other.deeds[0]!.head.address === head.address &&
        Math.abs(timeOf(other.deeds[0]!) - start) <= addressWindowMs,
    )
    if (new Set(near.map(agentOf)).size !== 1 || rivals.length > 0) continue
    for (const deed of near) {
      taken.add(deed)
      attempt.deeds.push(deed)
    }
  }
  return unclaimed.filter((deed) => !taken.has(deed))
}

const browserKinds: ReadonlySet<string> = new Set(['authorize', 'interaction', 'resume'])

const isOfBrowser = ({ head }: Deed) => browserKinds.has(head.kind)

/** Who looked around and went no further; after ten minutes of silence it is another one. */
export function wanderers(unclaimed: readonly Deed[]): Attempt[] {
  const attempts: Attempt[] = []
  for (const deeds of Map.groupBy(unclaimed, agentOf).values()) {
    let attempt: Attempt | undefined
    for (const deed of deeds.toSorted(byTime)) {
      const last = attempt?.deeds.at(-1)
      if (!attempt || !last || timeOf(deed) - timeOf(last) > silenceMs) {
        attempt = { deeds: [], heir: undefined }
        attempts.push(attempt)
      }
      attempt.deeds.push(deed)
    }
  }
  return attempts
}
