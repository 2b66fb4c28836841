import { createParser, type EventSourceMessage } from 'eventsource-parser'

export interface EventStream {
  readonly status: number
  readonly headers: Headers
  /** The next event; throws when the stream ends or `withinMs` passes first. */
  next(withinMs?: number): Promise<EventSourceMessage>
  /** Resolves when the server ends the stream; throws when `withinMs` passes first. */
  ended(withinMs?: number): Promise<void>
  close(): void
}

const patience = 8_000

/**
 * Opens a server-sent event stream; an answer of another type is left unread.
 *
 * @param message POSTed as JSON; without it the stream is opened by GET
 */
export async function openEventStream(
  url: string,
  headers: Record<string, string>,
  message?: unknown,
): Promise<EventStream> {
  const stop = new AbortController()
  const post = {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(message),
  }
  const response = await fetch(url, {
    ...(message === undefined ? { headers: { accept: 'text/event-stream', ...headers } } : post),
    signal: stop.signal,
    redirect: 'manual',
  })
  const events: EventSourceMessage[] = []
  let wake = () => {}
  const parser = createParser({
    onEvent: (event) => {
      events.push(event)
      wake()
    },
  })
  let over = false
  const reading = read(response, (chunk) => parser.feed(chunk)).finally(() => {
    over = true
    wake()
  })

  const next = async (withinMs = patience): Promise<EventSourceMessage> => {
    const deadline = AbortSignal.timeout(withinMs)
    for (;;) {
      const event = events.shift()
      if (event) return event
      if (over) throw new Error('The stream ended')
      await woken(deadline)
    }
  }
  const woken = (deadline: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      wake = resolve
      deadline.addEventListener('abort', () => reject(new Error('No event in time')), {
        once: true,
      })
    })
  const ended = async (withinMs = patience) => {
    const deadline = AbortSignal.timeout(withinMs)
    while (!over) await woken(deadline)
    await reading
  }
  return {
    status: response.status,
    headers: response.headers,
    next,
    ended,
    close: () => stop.abort(),
  }
}

async function read(response: Response, feed: (chunk: string) => void): Promise<void> {
  if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream'))
    return
  try {
    const decoder = new TextDecoder()
    for await (const chunk of response.body) feed(decoder.decode(chunk, { stream: true }))
  } catch {
    // Closed by the test, or cut by the server: either way the stream is over.
  }
}
