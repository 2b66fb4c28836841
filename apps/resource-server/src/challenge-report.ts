import type { Scope } from '@neonpanel/contracts/scopes'
import type { Log } from '@neonpanel/process/log'
import type { Introspect } from './introspection.ts'

/** Tells the authorization server that a live token is about to be answered with 403 and these scopes. */
export type ReportChallenge = (
  token: string,
  challengedScopes: readonly Scope[],
  log: Log,
) => Promise<void>

/** A client may come back at once, so the report comes first; but no answer waits for it much longer than it usually takes. */
const waitMs = 1_000

/**
 * The authorization server keeps what was granted when a client comes back for exactly the scopes of a challenge, which it
 * learns by one more introspection request. The 403 goes out all the same when it does not hear, or not soon.
 */
export function createChallengeReport(introspect: Introspect): ReportChallenge {
  return async function reportChallenge(token, challengedScopes, log) {
    const { promise: waited, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, waitMs)
    introspect(token, { challengedScopes })
      .catch((error) =>
        log.warn({ err: error }, 'the authorization server was not told of a challenge'),
      )
      .finally(resolve)
    await waited
    clearTimeout(timer)
  }
}
