import type { Answer } from '../../ask.ts'
import type { Examination } from '../../examination.ts'
import { attempted } from '../attempted.ts'

/** What an answer allows a page (Fetch standard, CORS protocol). */
export interface Allowed {
  /** `page`: the page that asked, or every page. `other`: another one. */
  readonly origin: 'page' | 'other' | 'malformed' | 'none'
  /** `Access-Control-Allow-Origin` as it came. */
  readonly told: string | undefined
  readonly methods: ReadonlySet<string>
  readonly headers: ReadonlySet<string>
  readonly exposed: ReadonlySet<string>
  readonly credentials: boolean
  /** Whether there is any `Access-Control-*` header: somebody meant pages to come. */
  readonly isMeant: boolean
}

export function readAllowed({ headers }: Answer, origin: string): Allowed {
  const told = headers.get('access-control-allow-origin') ?? undefined
  return {
    origin: originOf(told, origin),
    told,
    methods: listed(headers, 'access-control-allow-methods', (name) => name.toUpperCase()),
    headers: listed(headers, 'access-control-allow-headers'),
    exposed: listed(headers, 'access-control-expose-headers'),
    credentials: headers.get('access-control-allow-credentials') === 'true',
    isMeant: [...headers.keys()].some((name) => name.startsWith('access-control-')),
  }
}

function originOf(told: string | undefined, page: string): Allowed['origin'] {
  if (told === undefined) return 'none'
  if (told === '*' || told === page) return 'page'
  return URL.parse(told)?.origin === told ? 'other' : 'malformed'
}

function listed(
  headers: Headers,
  name: string,
  change = (text: string) => text.toLowerCase(),
): Set<string> {
  const values = (headers.get(name) ?? '').split(',').map((value) => change(value.trim()))
  return new Set(values.filter(Boolean))
}

/** Which of the headers a page may not send; the star never covers `Authorization`. */
export function notAllowed(wanted: readonly string[], { headers }: Allowed): string[] {
  return wanted.filter(
    (name) => !headers.has(name) && (name === 'authorization' || !headers.has('*')),
  )
}

export interface Preflight {
  readonly origin: string
  readonly method?: string
  /** Names in lower case. */
  readonly headers?: readonly string[]
}

/** Asks as a browser does before a request that is not simple. */
export function askPreflight(
  { ask }: Examination,
  url: string,
  { origin, method = 'POST', headers = [] }: Preflight,
): Promise<Answer | undefined> {
  const wanted = [...headers].sort().join(',')
  return attempted(
    ask({
      url,
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        ...(wanted && { 'access-control-request-headers': wanted }),
      },
    }),
  )
}

export const isOk = (answer: Answer | undefined) =>
  answer !== undefined && answer.status >= 200 && answer.status < 300

/** What a preflight came to, in a line. */
export function preflightSays(answer: Answer): string {
  const told = answer.headers.get('access-control-allow-origin')
  return `${answer.status}, ${told === null ? 'no Access-Control-Allow-Origin' : `Access-Control-Allow-Origin: ${told}`}`
}
