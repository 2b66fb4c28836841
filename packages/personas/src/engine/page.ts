import type { Answer, Asked } from './journal.ts'

/** A page's script was not let at the answer (Fetch standard, CORS protocol). */
export class CorsRefusal extends Error {
  readonly got: string
  readonly expected: string

  constructor(got: string, expected: string) {
    super(`the browser keeps the answer from the page: ${expected} expected, got ${got}`)
    this.got = got
    this.expected = expected
  }
}

type Send = (asked: Asked) => Promise<Answer>

const simpleMethods = new Set(['GET', 'HEAD', 'POST'])
const simpleHeaders = new Set(['accept', 'accept-language', 'content-language'])
const simpleTypes = /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/
const readableHeaders = new Set([
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
])

/**
 * Sends as the browser does for a page of `origin`: asks the server first where the request is not simple, keeps the answer
 * from the page unless the server allows it, and shows it only the headers that are exposed.
 */
export function fromPage(origin: string, send: Send): Send {
  return async (asked) => {
    if (new URL(asked.url).origin === origin) return send(asked)
    const unsafe = unsafeHeaders(asked.headers)
    if (!simpleMethods.has(asked.method) || unsafe.length > 0) {
      await preflight(origin, asked, unsafe, send)
    }
    const headers = new Headers(asked.headers)
    headers.set('origin', origin)
    const answer = await send({ ...asked, headers })
    allowOrigin(origin, answer.headers)
    return { ...answer, headers: exposed(answer.headers) }
  }
}

async function preflight(origin: string, asked: Asked, unsafe: readonly string[], send: Send) {
  const headers = new Headers({ origin, 'access-control-request-method': asked.method })
  if (unsafe.length > 0) headers.set('access-control-request-headers', unsafe.join(','))
  const { step, server, url } = asked
  const answer = await send({ step, server, url, headers, method: 'OPTIONS' })
  if (answer.status < 200 || answer.status > 299) {
    throw new CorsRefusal(`${answer.status} to the preflight`, '204')
  }
  allowOrigin(origin, answer.headers)
  const methods = listed(answer.headers, 'access-control-allow-methods')
  if (!simpleMethods.has(asked.method) && !methods.has(asked.method) && !methods.has('*')) {
    throw new CorsRefusal([...methods].join(', ') || 'no methods', asked.method)
  }
  const allowed = listed(answer.headers, 'access-control-allow-headers', (name) =>
    name.toLowerCase(),
  )
  for (const name of unsafe) {
    // The star never covers credentials of the header.
    if (allowed.has(name) || (allowed.has('*') && name !== 'authorization')) continue
    throw new CorsRefusal(
      [...allowed].join(', ') || 'no Access-Control-Allow-Headers',
      `Access-Control-Allow-Headers: ${name}`,
    )
  }
}

function unsafeHeaders(headers: Headers): string[] {
  const names = [...headers].filter(
    ([name, value]) =>
      !simpleHeaders.has(name) && !(name === 'content-type' && simpleTypes.test(value)),
  )
  return names.map(([name]) => name).filter((name) => name !== 'user-agent')
}

function allowOrigin(origin: string, headers: Headers) {
  const got = headers.get('access-control-allow-origin')
  if (got === '*' || got === origin) return
  throw new CorsRefusal(
    got ?? 'no Access-Control-Allow-Origin',
    `Access-Control-Allow-Origin: ${origin}`,
  )
}

function exposed(headers: Headers): Headers {
  const names = listed(headers, 'access-control-expose-headers', (name) => name.toLowerCase())
  return new Headers(
    [...headers].filter(([name]) => readableHeaders.has(name) || names.has(name) || names.has('*')),
  )
}

function listed(headers: Headers, name: string, change = (text: string) => text): Set<string> {
  const values = (headers.get(name) ?? '').split(',').map((value) => change(value.trim()))
  return new Set(values.filter(Boolean))
}
