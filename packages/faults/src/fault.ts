import { z } from 'zod'
import { type What, whatSchema } from './what.ts'
import { type Where, whereSchema } from './where.ts'

export const untilSchema = z.strictObject({
  /** Requests that it strikes before it is gone. */
  count: z.int().min(1).max(100_000).optional(),
  /** By the clock of the process, virtual or not. */
  expires_in_seconds: z.int().min(1).max(86_400).optional(),
})

/** A fault as people write it (JSON): where it strikes, what it does, how long it stays. */
export const faultSchema = z.strictObject({
  title: z.string().min(1).max(200).optional(),
  where: whereSchema.default({}),
  what: whatSchema,
  until: untilSchema.default({}),
})

export interface FaultDefinition extends z.output<typeof faultSchema> {
  /** The preset that it was made from. */
  readonly preset?: string | undefined
}

/** A fault that is on. */
export interface Fault {
  readonly id: string
  readonly title: string | undefined
  readonly preset: string | undefined
  readonly where: Where
  readonly what: What
  readonly createdAt: Date
  readonly expiresAt: Date | undefined
  /** Requests that it may strike in all; undefined = any number. */
  readonly count: number | undefined
  /** Requests that it may still strike; undefined = any number. */
  remaining: number | undefined
  /** Requests that were of those it is for, whether it struck them or not. */
  seen: number
  hits: number
  lastHitAt: Date | undefined
}

/** Whether it strikes no more. */
export function hasEnded({ remaining, expiresAt }: Fault): boolean {
  return remaining === 0 || (expiresAt !== undefined && expiresAt.getTime() <= Date.now())
}
