import { CommandFailure } from '../failure.ts'
import { renew, SignInEnded } from '../sign-in/tokens.ts'
import { issuedOf, type SignInRecord, withTokens } from './record.ts'
import type { CredentialStore } from './store.ts'

/** A token with less left than this is renewed before it is used. */
const marginSeconds = 60

/**
 * The sign-in for an address, with an access token that lasts: renewed where less than a minute is left of it. Of several
 * processes that find it so, one renews and the others take what it got.
 *
 * @param stale an access token that the server refused: it is renewed unless another process did so already
 * @returns undefined when nobody signed in there
 * @throws CommandFailure that names the command to sign in again
 */
export async function currentSignIn(
  store: CredentialStore,
  mcpUrl: string,
  { stale, force = false }: { stale?: string; force?: boolean } = {},
): Promise<SignInRecord | undefined> {
  const found = await store.find(mcpUrl)
  if (found === undefined) return undefined
  const due = (record: SignInRecord) =>
    stale === undefined ? expiresSoon(record) : record.access_token === stale
  // Whoever wants a new token by all means gets one, also when another process renewed a moment ago.
  if (!force && !due(found)) return found
  return store.update(found, async (current) => {
    if (current === undefined) throw notSignedIn(mcpUrl)
    if (!force && !due(current)) return current
    try {
      return withTokens(current, await renew(issuedOf(current)))
    } catch (error) {
      if (!(error instanceof SignInEnded)) throw error
      throw new CommandFailure(`${error.message}\n${signInAdvice(mcpUrl)}`, { cause: error })
    }
  })
}

/** Seconds that are left of the access token; undefined where the server did not say. */
export function secondsLeft({ expires_at: expiresAt }: SignInRecord): number | undefined {
  return expiresAt === undefined ? undefined : Math.floor(expiresAt - Date.now() / 1000)
}

/** A token that never lives for two minutes would be renewed at each use: for it, half its life is the margin. */
function expiresSoon(record: SignInRecord): boolean {
  const left = secondsLeft(record)
  if (left === undefined) return false
  return left < Math.min(marginSeconds, (record.expires_in ?? Number.POSITIVE_INFINITY) / 2)
}

/** The failure of whoever needs a token and has none. */
export function notSignedIn(mcpUrl: string): CommandFailure {
  return new CommandFailure(`Not signed in at ${mcpUrl}. ${signInAdvice(mcpUrl)}`)
}

/** The command that helps. */
export const signInAdvice = (mcpUrl: string) => `Sign in with: neonpanel login ${mcpUrl}`
