import type { IncomingMessage } from 'node:http'
import { parseBody } from './json-body.ts'
import { answerRpcError, rpcCode } from './json-rpc.ts'
import type { McpMiddleware } from './request-state.ts'

const limitBytes = 1024 * 1024

/**
 * Reads the body of a POST once, before anything looks at it. More than 1 MiB is refused; what is not JSON is answered
 * only after the bearer was judged.
 */
export const readRequestBody: McpMiddleware = async function readRequestBody(ctx, next) {
  if (ctx.method !== 'POST') return next()
  const text = await readText(ctx.req)
  if (text === undefined) {
    // What is still on its way is thrown away, and the connection with it.
    ctx.req.resume()
    ctx.set('Connection', 'close')
    const message = `The body is larger than ${limitBytes} bytes`
    return answerRpcError(ctx, 413, { code: rpcCode.refused, message })
  }
  ctx.state.body = parseBody(text)
  await next()
}

/** @returns undefined when it is too large */
function readText(request: IncomingMessage): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  if (Number(request.headers['content-length']) > limitBytes) return Promise.resolve(undefined)
  const chunks: Buffer[] = []
  let length = 0
  // Not by iteration, which costs as much as the rest of reading a small body.
  request
    .on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > limitBytes) resolve(undefined)
      else chunks.push(chunk)
    })
    .once('end', () =>
      resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString()),
    )
    .once('error', reject)
  return promise
}
