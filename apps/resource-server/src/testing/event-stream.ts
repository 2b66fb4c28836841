/** One event of a stream, or a comment. */
export interface StreamEvent {
  readonly event: string | undefined
  readonly data: string
  readonly id: string | undefined
  /** As it came. */
  readonly raw: string
}

export interface EventReader {
  /** Waits for the next event; comments and events without data are skipped. Undefined when the stream has ended. */
  next(): Promise<StreamEvent | undefined>
}

/** Reads the events of an answer one by one. */
export function readEvents(response: Response): EventReader {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let buffer = ''
  async function block(): Promise<string | undefined> {
    while (!buffer.includes('\n\n')) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }))
      if (done) return undefined
      buffer += value
    }
    const end = buffer.indexOf('\n\n')
    const raw = buffer.slice(0, end)
    buffer = buffer.slice(end + 2)
    return raw
  }
  return {
    async next() {
      let raw = await block()
      while (raw?.startsWith(':') || raw?.endsWith('\ndata: ')) raw = await block()
      return raw === undefined ? undefined : parse(raw)
    },
  }
}

function parse(raw: string): StreamEvent {
  const field = (name: string) =>
    raw
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2)
  return { event: field('event'), data: field('data') ?? '', id: field('id'), raw }
}
