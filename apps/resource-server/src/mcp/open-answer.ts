import type { McpContext } from '../request-state.ts'

const recheckMs = 1_000

/**
 * Ends an answer that is still open when its token no longer lives: at its expiry, or once its revocation is known.
 * While the authorization server does not answer, open streams stay.
 *
 * @param end closes the answer; the client comes back with a fresh token
 */
export function endWithToken({ res, state }: McpContext, end: () => void) {
  let timer: NodeJS.Timeout
  const schedule = () => {
    timer = setTimeout(check, recheckMs).unref()
  }
  const check = async () => {
    if (res.closed) return
    const lives = await state.tokenStillLives().catch((error) => {
      state.log.error({ err: error }, 'token could not be judged again')
      return true
    })
    if (!lives) return end()
    if (!res.closed) schedule()
  }
  schedule()
  res.once('close', () => clearTimeout(timer))
}
