import type { Fields, FlowServer, Story, StoryExchange } from '../story.ts'

/** Where the servers of a story are reached: recorded addresses are paths. */
export type Origins = Readonly<Record<FlowServer, string>>

/** A story as HTTP Archive 1.2, which browsers' developer tools and proxies open. */
export function toHar(story: Story, origins: Origins) {
  return {
    log: {
      version: '1.2',
      creator: { name: 'NeonPanel', version: '1' },
      comment: `Flow ${story.id}, ${story.status} at ${story.step}. Secrets are replaced by kind and length.`,
      pages: [],
      entries: story.exchanges.map((exchange) => entryOf(exchange, origins[exchange.server])),
    },
  }
}

function entryOf(
  { at, durationMs, step, request, response, correlationId }: StoryExchange,
  origin: string,
) {
  // As text: what begins with two slashes would be another host.
  const address = origin + request.url
  const url = new URL(URL.canParse(address) ? address : origin)
  const ids = correlationId === undefined ? '' : `, ${correlationId}`
  return {
    startedDateTime: at.toISOString(),
    time: durationMs,
    request: {
      method: request.method,
      url: url.href,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: pairsOf(request.headers),
      queryString: [...url.searchParams].map(([name, value]) => ({ name, value })),
      ...(request.body !== undefined && {
        postData: {
          mimeType: first(request.headers['content-type']) ?? '',
          params: [],
          text: textOf(request.body),
        },
      }),
      headersSize: -1,
      bodySize: -1,
    },
    response: responseOf(response),
    cache: {},
    timings: { send: 0, wait: durationMs, receive: 0 },
    comment: `${step}${ids}`,
  }
}

/** Readers take status 0 for an answer that never came. */
function responseOf(response: StoryExchange['response']) {
  const { status = 0, headers = {}, body } = response ?? {}
  const text = textOf(body)
  return {
    status,
    statusText: '',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: pairsOf(headers),
    content: {
      size: Buffer.byteLength(text),
      mimeType: first(headers['content-type']) ?? '',
      ...(text !== '' && { text }),
    },
    redirectURL: first(headers.location) ?? '',
    headersSize: -1,
    bodySize: -1,
  }
}

function pairsOf(fields: Fields): { name: string; value: string }[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((one) => ({ name, value: one as string })),
  )
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0]
}

function textOf(body: unknown): string {
  if (body === undefined || body === null) return ''
  return typeof body === 'string' ? body : JSON.stringify(body)
}
