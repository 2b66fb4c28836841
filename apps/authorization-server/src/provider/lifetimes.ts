import type { Config } from '../config.ts'

/** How long metadata and keys may be cached; a new signing key is published for as long before it signs. */
export const metadataMaxAgeSeconds = 300

export const idTokenTtlSeconds = 3_600

/** A grant outlives any chain of refreshes that people keep up: a year, or what a single token may live. */
export function grantTtlSeconds({ refreshTokenTtlSeconds }: Config): number {
  return Math.max(31_536_000, refreshTokenTtlSeconds)
}
