import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import * as oauth from 'oauth4webapi'
import { CommandFailure } from '../failure.ts'

const answerWithinMs = 15_000

/** How this client sends OAuth requests: with a deadline, in plain HTTP to this machine only. */
export function sendOptions(url: string | URL) {
  return {
    [oauth.allowInsecureRequests]: isLoopbackUrl(new URL(url).href),
    [oauth.customFetch]: ask,
  }
}

/** `fetch` with a deadline that says in plain words when nobody answers. Redirects are handed back as they are. */
export async function ask(url: string | URL, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, {
      redirect: 'manual',
      ...init,
      signal: AbortSignal.any([
        AbortSignal.timeout(answerWithinMs),
        ...(init.signal ? [init.signal] : []),
      ]),
    })
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    throw noAnswer(url, cause)
  }
}

/** The failure of a request that did not get through. */
export function noAnswer(url: string | URL, cause: unknown): CommandFailure {
  return new CommandFailure(`No answer from ${new URL(url).origin}: ${reasonOf(cause)}.`, { cause })
}

/** Whether an answer holds a document, and not a page that a server shows for every address. */
export async function isDocument(answer: Response): Promise<boolean> {
  const isJson = /\bjson\b/i.test(answer.headers.get('content-type') ?? '')
  if (answer.status === 200 && isJson) return true
  await answer.body?.cancel()
  return false
}

/** Why a request did not get through: `connect ECONNREFUSED 127.0.0.1:4400`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `nothing within ${answerWithinMs / 1000} seconds`
  const { cause } = error
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0])
  if (cause instanceof Error) return cause.message || String(Reflect.get(cause, 'code'))
  return error.message
}

/**
 * A refusal of the authorization server, or an answer that is not as the protocol has it, in plain words.
 *
 * @param doing what was under way: `register this client`
 * @throws what is neither: a defect
 */
export function explainRefusal(error: unknown, doing: string): CommandFailure {
  if (error instanceof CommandFailure) return error
  const says = `Could not ${doing}: `
  if (error instanceof oauth.ResponseBodyError) {
    const described = error.error_description ? ` (${error.error_description})` : ''
    return new CommandFailure(
      `${says}the server answered ${error.status}, ${error.error}${described}.`,
      {
        cause: error,
      },
    )
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    const { error: code, error_description: description } = error.cause[0]?.parameters ?? {}
    const reason = [code, description].filter(Boolean).join(', ')
    return new CommandFailure(
      `${says}the server answered ${error.status}${reason ? `, ${reason}` : ''}.`,
      { cause: error },
    )
  }
  const isProtocolError =
    error instanceof oauth.OperationProcessingError ||
    error instanceof oauth.UnsupportedOperationError
  if (isProtocolError) {
    const detail = error.cause instanceof Error ? ` (${error.cause.message})` : ''
    return new CommandFailure(`${says}${error.message}${detail}.`, { cause: error })
  }
  throw error
}

/** The `error` of a refusal by an endpoint (RFC 6749 section 5.2), or of its challenge; undefined for anything else. */
export function errorCodeOf(error: unknown): string | undefined {
  if (error instanceof oauth.ResponseBodyError) return error.error
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return error.cause[0]?.parameters.error
  }
  return undefined
}
