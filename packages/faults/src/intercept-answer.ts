import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'

type Chunk = string | Uint8Array

/** How an answer really leaves, past the interception. */
export interface RawAnswer {
  writeHead(): void
  /** Resolves when it has been handed to the socket. */
  write(chunk: Buffer): Promise<void>
  end(chunk?: Buffer): void
}

export interface Interception {
  /** Sends an answer whose body is complete; status and headers are those of the response. */
  whole(body: Buffer, raw: RawAnswer): Promise<void>
  /** Called once, before the first byte of an event stream; what it answers is given every chunk, then `undefined`. */
  stream(raw: RawAnswer): Promise<(chunk: Buffer | undefined) => Promise<void>>
  /** Neither may throw; should one do so, the connection ends. */
  failed(error: unknown): void
}

/**
 * Stands between a server and its response, however it is written: by `end`, by pieces, by a pipe or as a stream. An
 * answer is held until it is complete, an event stream is passed on piece by piece.
 */
export function interceptAnswer(res: ServerResponse, interception: Interception): void {
  const raw = rawAnswer(res)
  const held: Buffer[] = []
  let stream: ReturnType<typeof openStream> | undefined
  let ended = false

  const fail = (error: unknown) => {
    interception.failed(error)
    res.socket?.destroy()
  }
  const isEventStream = () =>
    String(res.getHeader('Content-Type') ?? '').startsWith('text/event-stream')
  const streaming = () => {
    if (isEventStream()) stream ??= openStream(interception.stream(raw), fail)
    return stream
  }
  const take = (chunk: unknown, encoding: unknown) => {
    if (chunk === undefined || chunk === null || typeof chunk === 'function') return
    const bytes = bytesOf(chunk as Chunk, encoding)
    const open = streaming()
    if (open) open.push(bytes)
    else held.push(bytes)
  }

  res.writeHead = function holdHead(status: number, ...rest: unknown[]) {
    res.statusCode = status
    for (const part of rest) {
      if (typeof part === 'string') res.statusMessage = part
      else if (part) setHeaders(res, part as OutgoingHttpHeaders)
    }
    return res
  } as typeof res.writeHead
  res.flushHeaders = () => void streaming()
  res.write = function holdChunk(chunk: Chunk, ...rest: unknown[]) {
    take(chunk, rest[0])
    tell(rest)
    return true
  } as typeof res.write
  res.end = function holdEnd(...parameters: unknown[]) {
    if (ended) return res
    ended = true
    take(parameters[0], parameters[1])
    const open = streaming()
    if (open) open.push(undefined)
    else interception.whole(Buffer.concat(held), raw).catch(fail)
    tell(parameters)
    return res
  } as typeof res.end
}

function rawAnswer(res: ServerResponse): RawAnswer {
  const { writeHead, flushHeaders, write, end } = res
  // The first byte makes Node write the head by these.
  const restore = () => Object.assign(res, { writeHead, flushHeaders })
  return {
    writeHead() {
      restore()
      res.writeHead(res.statusCode)
      res.flushHeaders()
    },
    write(chunk) {
      restore()
      return new Promise((resolve) => {
        if (res.destroyed) resolve()
        else Reflect.apply(write, res, [chunk, () => resolve()])
      })
    },
    end(chunk) {
      restore()
      Reflect.apply(end, res, chunk ? [chunk] : [])
    },
  }
}

/** Keeps the order while each chunk may take its time. */
function openStream(
  opening: ReturnType<Interception['stream']>,
  fail: (error: unknown) => void,
): { push(chunk: Buffer | undefined): void } {
  let queue: Promise<unknown> = opening
  return {
    push(chunk) {
      queue = Promise.all([opening, queue])
        .then(([send]) => send(chunk))
        .catch(fail)
    },
  }
}

function setHeaders(res: ServerResponse, headers: OutgoingHttpHeaders | OutgoingHttpHeader[]) {
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) res.setHeader(name, value)
    }
    return
  }
  for (let index = 0; index + 1 < headers.length; index += 2) {
    res.appendHeader(String(headers[index]), String(headers[index + 1]))
  }
}

function bytesOf(chunk: Chunk, encoding: unknown): Buffer {
  if (typeof chunk !== 'string') return Buffer.from(chunk)
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
}

/** The callback of `write` and `end`, wherever it stands. */
function tell(parameters: unknown[]): void {
  const callback = parameters.find((parameter) => typeof parameter === 'function')
  if (callback) queueMicrotask(callback as () => void)
}
