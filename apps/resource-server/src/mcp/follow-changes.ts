import type { ServerEvent } from '@modelcontextprotocol/server'
import type { AccessToken } from '../access-token.ts'
import type { Caller } from './caller.ts'
import type { Changes } from './changes.ts'

/** A connection that hears of changes. */
export interface Follower {
  /** Whoever asked last: tokens are refreshed while a session goes on. */
  readonly caller: Caller
  /** The resources that it watches, as its client wrote them. */
  readonly uris: Iterable<string>
  tell(event: ServerEvent): void
}

/**
 * Tells a follower of changes, one after the other. Before each it is asked anew what the token opens: a person may have
 * taken companies or permissions from it meanwhile. That a token has expired says nothing: streams end with theirs, and
 * a session goes on with the next.
 *
 * @returns how to stop
 */
export function followChanges(changes: Changes, follower: Follower): () => void {
  let narrowed: { caller: Caller; accessToken: AccessToken } | undefined
  let telling = Promise.resolve()
  let isStopped = false

  async function tellNow(eventsFor: (accessToken: AccessToken) => readonly ServerEvent[]) {
    const { caller } = follower
    const accessToken = (await caller.judgeAgain()) ?? known()
    narrowed = { caller, accessToken }
    if (!isStopped) for (const event of eventsFor(accessToken)) follower.tell(event)
  }

  function known(): AccessToken {
    const { caller } = follower
    return narrowed?.caller === caller ? narrowed.accessToken : caller.accessToken
  }

  const stop = changes.subscribe((change) => {
    const eventsFor = (accessToken: AccessToken) =>
      change.eventsFor(accessToken, [...follower.uris])
    if (eventsFor(known()).length === 0) return
    telling = telling
      .then(() => tellNow(eventsFor))
      .catch((error) => follower.caller.log.error({ err: error }, 'change was not told'))
  })
  return () => {
    isStopped = true
    stop()
  }
}
