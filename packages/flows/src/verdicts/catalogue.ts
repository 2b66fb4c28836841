import type { Cause } from './verdict.ts'

/** Every cause that a story can be diagnosed with; those that are told apart by more come first. */
export const causes: readonly Cause[] = []
