import { z } from 'zod'

/**
 * Algorithms that may sign a DPoP proof (RFC 9449 section 11.6: asymmetric ones), in order of preference: all that the
 * MCP SDK signs with, and Ed25519 under its own name.
 */
export const proofAlgorithms = [
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
] as const

/**
 * `cnf` of an access token that only the holder of a key may use: the SHA-256 thumbprint of that key (RFC 9449 section
 * 6.1). Strict, because any other confirmation is a condition that nobody here could check.
 */
export const keyConfirmation = z.strictObject({ jkt: z.string().regex(/^[\w-]{43}$/) })
