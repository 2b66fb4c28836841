import { resourceServerAgent } from '@neonpanel/flows/resource-server-agent'

/** The authorization server gave no usable answer: nothing can be said about a token, neither good nor bad. */
export class AuthorizationServerUnavailable extends Error {
  override readonly name = 'AuthorizationServerUnavailable'

  /** When it makes sense to ask again. */
  readonly retryAfterSeconds = 5
}

const answerWithinMs = 5_000

/**
 * Asks the authorization server for a JSON document.
 *
 * @throws AuthorizationServerUnavailable for no answer within 5 s, an answer other than 200, or one that is not JSON
 */
export async function askAuthorizationServer(url: string, request?: RequestInit): Promise<unknown> {
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(answerWithinMs),
      ...request,
      headers: {
        Accept: 'application/json',
        'User-Agent': resourceServerAgent,
        ...request?.headers,
      },
    })
    if (response.status === 200) return await response.json()
    await response.body?.cancel()
    throw new Error(`answered ${response.status}`)
  } catch (cause) {
    throw new AuthorizationServerUnavailable(`No usable answer from ${url}`, { cause })
  }
}
