import type { IncomingMessage, ServerResponse } from 'node:http'

/** The start of a body, and how long all of it was. */
export interface CapturedBody {
  /** All of it, or as much as is kept. */
  readonly content: () => Buffer
  readonly length: () => number
}

type Chunk = string | Uint8Array

function keepBody(limitBytes: number) {
  const chunks: (() => Buffer)[] = []
  let kept = 0
  let length = 0
  return {
    take(chunk: Chunk, encoding?: unknown) {
      const spelled = typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'
      const bytes = Buffer.byteLength(chunk, spelled)
      length += bytes
      if (kept + bytes > limitBytes) return
      kept += bytes
      // Text stays as it is until somebody looks; bytes are copied, since their owner goes on using them.
      if (typeof chunk === 'string') chunks.push(() => Buffer.from(chunk, spelled))
      else {
        const copy = Buffer.from(chunk)
        chunks.push(() => copy)
      }
    },
    captured: {
      content: () => Buffer.concat(chunks.map((chunk) => chunk())),
      length: () => length,
    },
  }
}

/** Listens without consuming: whoever reads the body, by events or by iteration, passes `emit`. */
export function captureRequestBody(req: IncomingMessage, limitBytes: number): CapturedBody {
  const body = keepBody(limitBytes)
  const { emit } = req
  req.emit = function emitWatched(
    this: IncomingMessage,
    event: string | symbol,
    ...rest: unknown[]
  ) {
    if (event === 'data') body.take(rest[0] as Chunk)
    return Reflect.apply(emit, this, [event, ...rest])
  } as typeof req.emit
  return body.captured
}

/**
 * Listens to what is sent.
 *
 * @param onEnd called when the answer is complete, before its end is on its way to the client
 */
export function captureResponseBody(
  res: ServerResponse,
  limitBytes: number,
  onEnd?: () => void,
): CapturedBody {
  const body = keepBody(limitBytes)
  const isChunk = (value: unknown): value is Chunk =>
    typeof value === 'string' || value instanceof Uint8Array
  const { write, end } = res
  let ending = false
  res.write = function writeWatched(this: ServerResponse, ...parameters: unknown[]) {
    if (isChunk(parameters[0]) && !ending) body.take(parameters[0], parameters[1])
    return Reflect.apply(write, this, parameters)
  } as typeof res.write
  res.end = function endWatched(this: ServerResponse, ...parameters: unknown[]) {
    if (isChunk(parameters[0]) && !ending) body.take(parameters[0], parameters[1])
    const isFirst = !ending
    ending = true
    if (isFirst) onEnd?.()
    return Reflect.apply(end, this, parameters)
  } as typeof res.end
  return body.captured
}
