import type { Distortion, Pass, Passing } from './gate.ts'

interface Shown {
  /** In `Authorization`; undefined when there is none. */
  readonly token: string | undefined
  /** In the query. */
  readonly inQuery: string | undefined
  /** Issued last: as good as a token can be. */
  readonly good: string
}

/** An MCP server that takes what `trusts` says for a good token. */
export function trusting(trusts: (shown: Shown) => boolean): Distortion {
  let good = ''
  return async (passing, pass) => {
    if (passing.endpoint === 'token') return remember(await pass())
    if (passing.endpoint !== 'mcp' || passing.method === 'OPTIONS') return pass()
    const inQuery = passing.url.searchParams.get('access_token') ?? undefined
    const shown = { token: bearerOf(passing), inQuery, good }
    return good && trusts(shown) ? pass(withToken(passing, good)) : pass()
  }

  function remember(reply: Awaited<ReturnType<Pass>>) {
    if (reply.status === 200) good = JSON.parse(reply.body).access_token ?? good
    return reply
  }
}

/** The head of a JWT; empty where it is none. */
export function headOf(token: string): { readonly alg?: string } {
  try {
    return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
  } catch {
    return {}
  }
}

export const withToken = ({ headers }: Passing, token: string) => ({
  headers: { ...headers, authorization: `Bearer ${token}` },
})

export function bearerOf({ headers }: Passing): string | undefined {
  return /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1]
}
