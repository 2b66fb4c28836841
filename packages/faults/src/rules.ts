import { randomInt, randomUUID } from 'node:crypto'
import { chooses } from './chooses.ts'
import { type Fault, type FaultDefinition, hasEnded } from './fault.ts'

/** The faults that are on, for both servers and every process that shares them. */
export interface FaultRules {
  /** Whether nothing is broken: the one thing that a request asks then. */
  readonly isEmpty: boolean
  /** Those that this process knows of, oldest first. */
  list(): Fault[]
  /** The same with what every process has counted. */
  counted(): Promise<Fault[]>
  add(definition: FaultDefinition): Promise<Fault>
  remove(id: string): Promise<boolean>
  /** Returns how many were on. */
  clear(): Promise<number>
  /** Counts a request that a fault is for; true when this one is struck. */
  strike(fault: Fault): boolean | Promise<boolean>
  /** Aborts when a fault is gone. */
  untilGone(id: string): AbortSignal
  close(): void
}

/** Rules in memory: all that one process needs. */
export function createFaultRules(): FaultRules {
  const faults = new Map<string, Fault>()
  const gone = createEnds()
  const forget = (id: string) => {
    gone.end(id)
    return faults.delete(id)
  }
  const forgetEnded = () => {
    for (const [id, fault] of faults) if (hasEnded(fault)) forget(id)
  }
  const list = () => {
    forgetEnded()
    return [...faults.values()]
  }
  const clear = async () => {
    const { length } = list()
    for (const id of faults.keys()) forget(id)
    return length
  }
  return {
    get isEmpty() {
      return faults.size === 0
    },
    list,
    counted: async () => list(),
    async add(definition) {
      const fault = newFault(definition)
      faults.set(fault.id, fault)
      return fault
    },
    async remove(id) {
      forgetEnded()
      return forget(id)
    },
    clear,
    strike(fault) {
      if (hasEnded(fault)) return false
      fault.seen += 1
      if (!chooses(fault.where, fault.seen)) return false
      countHit(fault, fault.hits + 1)
      return true
    },
    untilGone: gone.signal,
    close: () => void clear(),
  }
}

/** A fault that nobody has met yet. A probability without a seed is given one, so that it can be repeated. */
export function newFault({ title, preset, where, what, until }: FaultDefinition): Fault {
  const drawn = where.probability !== undefined && where.seed === undefined
  const now = Date.now()
  return {
    id: randomUUID(),
    title,
    preset,
    where: drawn ? { ...where, seed: randomInt(2 ** 32) } : where,
    what,
    createdAt: new Date(now),
    expiresAt:
      until.expires_in_seconds === undefined
        ? undefined
        : new Date(now + until.expires_in_seconds * 1000),
    count: until.count,
    remaining: until.count,
    seen: 0,
    hits: 0,
    lastHitAt: undefined,
  }
}

export function countHit(fault: Fault, hits: number): void {
  fault.hits = hits
  fault.lastHitAt = new Date()
  if (fault.count !== undefined) fault.remaining = Math.max(0, fault.count - hits)
}

/** Signals for those who wait for the end of a fault. */
export function createEnds() {
  const waiting = new Map<string, AbortController>()
  return {
    signal(id: string): AbortSignal {
      const end = waiting.get(id) ?? new AbortController()
      waiting.set(id, end)
      return end.signal
    },
    end(id: string) {
      waiting.get(id)?.abort()
      waiting.delete(id)
    },
  }
}
