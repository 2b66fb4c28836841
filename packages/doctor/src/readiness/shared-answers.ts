/** An answer that is kept, so that it can be given again. */
interface Kept {
  readonly status: number
  readonly headers: Headers
  readonly body: ArrayBuffer | string | null
}

const bodiless = new Set([101, 204, 205, 304])

/**
 * `fetch` that sends each distinct request once and gives all who ask the same its answer: clients differ in few of the
 * requests that they begin with. Of an event stream only what came with its first part is kept.
 */
export function shareAnswers(fetchIt: typeof fetch): typeof fetch {
  const kept = new Map<string, Promise<Kept>>()
  return async (input, init) => {
    const key = keyOf(input, init)
    let answer = kept.get(key)
    if (!answer) {
      answer = fetchIt(input, init).then(keep)
      kept.set(key, answer)
    }
    const { status, headers, body } = await answer
    return new Response(bodiless.has(status) ? null : body, { status, headers })
  }
}

function keyOf(input: Parameters<typeof fetch>[0], init: RequestInit = {}): string {
  const headers = new Headers(init.headers)
  // As the platform says it for who does not.
  if (!headers.has('user-agent')) headers.set('user-agent', 'node')
  return JSON.stringify([init.method ?? 'GET', String(input), [...headers], init.body])
}

async function keep(response: Response): Promise<Kept> {
  const { status } = response
  const headers = new Headers(response.headers)
  // What follows is no longer as it was on the wire.
  headers.delete('content-encoding')
  headers.delete('content-length')
  // A stack of this product says so where it breaks an answer on purpose; other servers break theirs without a word.
  headers.delete('x-fault')
  const isStream = headers.get('content-type')?.startsWith('text/event-stream')
  const body = isStream ? await firstPart(response) : await response.arrayBuffer()
  return { status, headers, body }
}

async function firstPart(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  const part = await reader?.read()
  await reader?.cancel()
  return new TextDecoder().decode(part?.value)
}
