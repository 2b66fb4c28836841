import type { z } from 'zod'
import type { faultSchema } from '../fault.ts'

/** A fault that people met, as they would write it. */
export interface PresetDefinition
  extends Required<Pick<z.input<typeof faultSchema>, 'where' | 'what'>> {
  readonly title: string
  /** One sentence: what happened, and what it looked like. */
  readonly story: string
  /** What a good client makes of it; completes “A good client”. */
  readonly goodClient: string
  /** Threads on GitHub as `owner/repository#number`, or in words. */
  readonly sources: readonly string[]
}
