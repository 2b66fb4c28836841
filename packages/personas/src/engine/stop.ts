import type { FlowStep } from '@neonpanel/flows/story'

/** What the client found wrong, as a note of its story. */
export interface Refusal {
  /** A machine's word for it, such as `state_mismatch`. */
  readonly reason: string
  /** In words, for who reads the steps. */
  readonly says: string
  readonly got?: string | undefined
  readonly expected?: string | undefined
}

/** The client goes no further. Thrown at any depth of the engine, and caught once, where the story is told. */
export class ClientStop extends Error {
  readonly step: FlowStep
  readonly refusal: Refusal
  /** Whether it was the person, or their roles, who said no. */
  readonly denied: boolean

  constructor(step: FlowStep, refusal: Refusal, { denied = false } = {}) {
    super(refusal.says)
    this.name = 'ClientStop'
    this.step = step
    this.refusal = refusal
    this.denied = denied
  }
}
