/** An HTTP answer, read to its end. Redirects are never followed: they are what is tested. */
export interface Answer<Body = Record<string, unknown>> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON body; an empty object when the answer is not JSON. */
  readonly body: Body
}

export async function send<Body = Record<string, unknown>>(
  url: string | URL,
  init: RequestInit = {},
): Promise<Answer<Body>> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const text = await response.text()
  const json = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  const body = (json && text ? JSON.parse(text) : {}) as Body
  return { status: response.status, headers: response.headers, text, body }
}

/** Parameters of a form or query; `undefined` leaves one out, a list repeats it. */
export type RequestParameters = Readonly<Record<string, string | readonly string[] | undefined>>

export function parametersOf(parameters: RequestParameters): URLSearchParams {
  const encoded = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of value === undefined ? [] : [value].flat()) encoded.append(name, one)
  }
  return encoded
}

export function postForm<Body = Record<string, unknown>>(
  url: string,
  parameters: RequestParameters,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  return send<Body>(url, { method: 'POST', body: parametersOf(parameters), headers })
}

export function sendJson<Body = Record<string, unknown>>(
  method: string,
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  return send<Body>(url, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}

export function basic(id: string, secret: string): { authorization: string } {
  const encoded = [id, secret].map(encodeURIComponent).join(':')
  return { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` }
}
