import { once } from 'node:events'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { text } from 'node:stream/consumers'
import type { Exchange } from '../../finding.ts'
import { redactBody, redactHeaders } from '../../redaction.ts'

/** An answer to a request for another host. */
export interface AnsweredHost {
  readonly status: number
  readonly text: string
  readonly exchange: Exchange
}

/**
 * Posts JSON with a `Host` of one's own, which fetch does not let one choose.
 *
 * @returns undefined when no answer came
 */
export async function askAsHost(
  url: string,
  { host, json, accept }: { host: string; json: unknown; accept: string },
): Promise<AnsweredHost | undefined> {
  const at = new Date()
  const body = JSON.stringify(json)
  const type = 'application/json'
  const headers = { host, accept, 'content-type': type, 'user-agent': 'neonpanel-doctor' }
  const signal = AbortSignal.timeout(3000)
  const send = url.startsWith('https:') ? requestHttps : requestHttp
  try {
    const request = send(url, { method: 'POST', headers, signal })
    request.end(body)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const answered = await readAnswer(response)
    const status = response.statusCode ?? 0
    const durationMs = Date.now() - at.getTime()
    const exchange: Exchange = {
      at,
      durationMs,
      request: { method: 'POST', url, headers, body: redactBody(type, body) },
      response: { status, ...answered },
      failure: undefined,
    }
    return { status, text: answered.body, exchange }
  } catch {
    return undefined
  }
}

async function readAnswer(response: IncomingMessage) {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(response.headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  const type = headers.get('content-type') ?? ''
  const isStream = type.startsWith('text/event-stream')
  if (isStream) response.destroy()
  const body = isStream ? '' : redactBody(type, await text(response)).slice(0, 2000)
  return { headers: redactHeaders(headers), body }
}
