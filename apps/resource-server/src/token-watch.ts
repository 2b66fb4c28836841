import { hash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { onClockShift } from '@neonpanel/process/clock'
import type { Log } from '@neonpanel/process/log'

/** An answer that stays open for as long as its token lives. */
interface OpenAnswer {
  readonly end: () => void
  readonly log: Log
}

/** The open answers of one token, and how to ask about it. */
interface WatchedToken {
  readonly stillLives: () => Promise<boolean>
  readonly answers: Set<OpenAnswer>
}

export interface TokenWatch {
  /**
   * Ends an answer that is still open when its token no longer lives: at its expiry, or once its revocation is known.
   * While the authorization server does not answer, open answers stay.
   *
   * @param end closes the answer; the client comes back with a fresh token
   */
  endWithToken(answer: WatchedAnswer): void
  /** How many tokens are watched. */
  count(): number
}

interface WatchedAnswer {
  readonly token: string
  readonly stillLives: () => Promise<boolean>
  readonly response: ServerResponse
  readonly log: Log
  readonly end: () => void
}

const recheckMs = 1_000

/** Questions to the authorization server that are under way at a time, so that a sweep is no burst. */
const atATime = 16

/**
 * Watches the tokens of open answers, all with one timer: each token is asked about once a second, however many streams
 * it has open, and nothing runs while none is open.
 */
export function createTokenWatch(): TokenWatch {
  const watched = new Map<string, WatchedToken>()
  let isScheduled = false
  let waiting: NodeJS.Timeout | undefined
  let stopListening = () => {}

  function schedule() {
    const wasScheduled = isScheduled
    isScheduled = watched.size > 0
    if (isScheduled) waiting = setTimeout(sweep, recheckMs).unref()
    if (isScheduled && !wasScheduled) stopListening = onClockShift(sweepNow)
    if (!isScheduled) stopListening()
  }

  /** Unless a sweep is under way, which the next one follows within a second. */
  function sweepNow() {
    if (waiting === undefined) return
    clearTimeout(waiting)
    void sweep()
  }

  async function sweep(): Promise<void> {
    waiting = undefined
    const tokens = watched.values()
    const askInTurn = async () => {
      for (const token of tokens) await check(token)
    }
    await Promise.all(Array.from({ length: Math.min(atATime, watched.size) }, askInTurn))
    schedule()
  }

  return {
    endWithToken({ token: secret, stillLives, response, log, end }) {
      if (response.closed) return
      const tokenHash = hash('sha256', secret, 'base64url')
      const token = watched.get(tokenHash) ?? { stillLives, answers: new Set() }
      watched.set(tokenHash, token)
      const answer = { end, log }
      token.answers.add(answer)
      response.once('close', () => {
        token.answers.delete(answer)
        if (token.answers.size === 0 && watched.get(tokenHash) === token) watched.delete(tokenHash)
      })
      if (!isScheduled) schedule()
    },
    count: () => watched.size,
  }
}

async function check({ stillLives, answers }: WatchedToken) {
  const [first] = answers
  if (!first) return
  const lives = await stillLives().catch((error) => {
    first.log.error({ err: error }, 'token could not be judged again')
    return true
  })
  if (!lives) for (const { end } of answers) end()
}
