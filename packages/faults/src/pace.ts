import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { RawAnswer } from './intercept-answer.ts'

/** Waits, unless the caller leaves before. Whether the caller still waits afterwards. */
export function delay(res: ServerResponse, milliseconds: number): Promise<boolean> {
  return untilLeft(res, (signal) => wait(milliseconds, undefined, { signal }))
}

/** Waits for an end that may never come. Whether the caller still waits afterwards. */
export function hang(res: ServerResponse, end: AbortSignal): Promise<boolean> {
  return untilLeft(
    res,
    (signal) =>
      new Promise<void>((resolve, reject) => {
        if (end.aborted) resolve()
        end.addEventListener('abort', () => resolve(), { once: true })
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
  )
}

async function untilLeft(
  res: ServerResponse,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<boolean> {
  if (res.destroyed) return false
  const gone = new AbortController()
  const leave = () => gone.abort()
  res.once('close', leave)
  try {
    await work(gone.signal)
    return true
  } catch {
    return false
  } finally {
    res.off('close', leave)
  }
}

const ticksPerSecond = 10

/** Writes bytes at a rate; at once without one. */
export async function writePaced(
  res: ServerResponse,
  raw: RawAnswer,
  bytes: Buffer,
  bytesPerSecond: number | undefined,
): Promise<void> {
  if (bytesPerSecond === undefined) return raw.write(bytes)
  const size = Math.max(1, Math.floor(bytesPerSecond / ticksPerSecond))
  for (let start = 0; start < bytes.length; start += size) {
    if (start > 0 && !(await delay(res, (size / bytesPerSecond) * 1000))) return
    await raw.write(bytes.subarray(start, start + size))
  }
}
