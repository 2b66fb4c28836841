import { setTimeout as delay } from 'node:timers/promises'
import { clockShifts } from '@neonpanel/process/clock'
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { AuthorizationServerUnavailable, askAuthorizationServer } from './authorization-server.ts'

/** The public keys of the authorization server, by which access tokens are verified. */
export interface SigningKeys {
  /** Finds the key that a token's header names, in memory or in a newly fetched set. */
  readonly find: JWTVerifyGetKey
  /** Fetches the set unless it is there. */
  load(): Promise<void>
}

const maxAgeMs = 10 * 60_000

/**
 * Keeps the key set of one `jwks_uri` in memory. A key id that is not in it fetches the set again, at most once per
 * `cooldownMs` however many such tokens arrive: the others wait for that one answer instead of being refused, so that a
 * key which has just been published works at once and random key ids cannot make this server hammer the other.
 */
export function createSigningKeys({
  jwksUrl,
  cooldownMs = 1_000,
}: {
  jwksUrl: string
  cooldownMs?: number
}): SigningKeys {
  let known: { find: JWTVerifyGetKey; fetchedAtMs: number } | undefined
  let lastFetch = { atMs: Number.NEGATIVE_INFINITY, clockShifts: 0 }
  let fetching: Promise<void> | undefined

  async function fetchKeys() {
    const isSameClock = lastFetch.clockShifts === clockShifts()
    if (isSameClock) await delay(Math.max(0, lastFetch.atMs + cooldownMs - performance.now()))
    lastFetch = { atMs: performance.now(), clockShifts: clockShifts() }
    const find = keySet(await askAuthorizationServer(jwksUrl), jwksUrl)
    known = { find, fetchedAtMs: Date.now() }
  }

  function reload(): Promise<void> {
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined
    })
    return fetching
  }

  async function current(): Promise<JWTVerifyGetKey> {
    if (known === undefined) await reload()
    else if (isOld(known.fetchedAtMs)) await reload().catch(keepWhatIsKnown)
    return known!.find
  }

  return {
    async find(header, token) {
      const find = await current()
      try {
        return await find(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      }
      await reload()
      return known!.find(header, token)
    },
    async load() {
      await current()
    },
  }
}

/** Also when a test has put the clock far back since then. */
function isOld(fetchedAtMs: number): boolean {
  return Math.abs(Date.now() - fetchedAtMs) > maxAgeMs
}

function keySet(document: unknown, jwksUrl: string): JWTVerifyGetKey {
  try {
    return createLocalJWKSet(document as JSONWebKeySet)
  } catch (cause) {
    throw new AuthorizationServerUnavailable(`No key set at ${jwksUrl}`, { cause })
  }
}

/** An old set is better than none: whether a token still lives is asked at introspection anyway. */
function keepWhatIsKnown() {}
