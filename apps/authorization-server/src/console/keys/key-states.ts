import { type SigningKey, signingAlgorithms } from '../../provider/signing-key-rows.ts'
import { signingKeyFor } from '../../provider/signing-keys.ts'

export const keyStateNames = ['signing', 'next', 'retiring'] as const

/** `signing`: makes signatures now. `next`: published, signs later. `retiring`: its signatures are still accepted. */
export interface SigningKeyWithState extends SigningKey {
  readonly state: (typeof keyStateNames)[number]
}

/** What each published key is there for at this moment. */
export function keyStates(keys: readonly SigningKey[]): SigningKeyWithState[] {
  const signing = new Set(
    signingAlgorithms
      .filter((algorithm) => keys.some((key) => key.algorithm === algorithm))
      .map((algorithm) => signingKeyFor(keys, algorithm).kid),
  )
  return keys.map((key) => ({ ...key, state: stateOf(key, signing.has(key.kid)) }))
}

function stateOf({ activeFrom }: SigningKey, signs: boolean): SigningKeyWithState['state'] {
  if (signs) return 'signing'
  return activeFrom.getTime() > Date.now() ? 'next' : 'retiring'
}
