import type { IncomingMessage } from 'node:http'

const mostBytes = 1024 * 1024

/**
 * The body of a request, which stays there for whoever handles it. Undefined when it is larger than 1 MiB or breaks off
 * on the way.
 */
export async function peekBody(req: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(req.headers['content-length'] ?? 0) > mostBytes) return undefined
  if (!('content-length' in req.headers) && !('transfer-encoding' in req.headers)) {
    return Buffer.alloc(0)
  }
  return withoutTelling(req, () => readAndPutBack(req))
}

/** Whoever watches a request's data sees it once, when it is handled. */
async function withoutTelling<Result>(
  req: IncomingMessage,
  work: () => Promise<Result>,
): Promise<Result> {
  const { emit } = req
  const own = Object.hasOwn(req, 'emit')
  req.emit = function emitAnythingElse(this: IncomingMessage, event: string, ...rest: unknown[]) {
    return event === 'data' ? false : Reflect.apply(emit, this, [event, ...rest])
  } as typeof req.emit
  try {
    return await work()
  } finally {
    if (own) req.emit = emit
    else Reflect.deleteProperty(req, 'emit')
  }
}

function readAndPutBack(req: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  return new Promise((resolve) => {
    const finish = (body: Buffer | undefined) => {
      req.off('readable', take).off('close', leave).off('error', leave)
      resolve(body)
    }
    const leave = () => finish(undefined)
    const take = () => {
      for (let chunk = req.read(); chunk !== null; chunk = req.read()) {
        chunks.push(chunk)
        length += chunk.length
      }
      if (!req.complete && length <= mostBytes) return
      const body = Buffer.concat(chunks)
      // In the same turn as the last read: the end is announced only to a stream that is empty by then.
      if (length > 0) req.unshift(body)
      finish(req.complete ? body : undefined)
    }
    req.on('readable', take).once('close', leave).once('error', leave)
  })
}
