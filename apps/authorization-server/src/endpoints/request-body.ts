import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

const longestBodyBytes = 56 * 1024

/**
 * The bytes of a request; undefined when they are more than the limit, by default more than any OAuth request needs. What is
 * then still on its way is thrown away; the answer must close the connection, where it would be taken for the next request.
 */
export async function readBody(
  request: IncomingMessage,
  limitBytes = longestBodyBytes,
): Promise<Buffer | undefined> {
  const body = await readUpTo(request, limitBytes)
  if (!body) request.resume()
  return body
}

async function readUpTo(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return undefined
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    if (length > limitBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A request like the given one whose body is yet to be read: the provider reads it itself. */
export function withBody(request: IncomingMessage, body: Buffer): IncomingMessage {
  const { method, url, socket, httpVersion, rawHeaders, headers } = request
  const { 'transfer-encoding': _chunked, ...others } = headers
  return Object.assign(Readable.from([body], { objectMode: false }), {
    method,
    url,
    socket,
    httpVersion,
    rawHeaders,
    headers: { ...others, 'content-length': String(body.length) },
  }) as unknown as IncomingMessage
}
