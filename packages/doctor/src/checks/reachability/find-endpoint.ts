import { type Answer, NoAnswer } from '../../ask.ts'
import { initialize, responseIn } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import type { Exchange } from '../../finding.ts'

/** Where MCP servers are mounted, most often first. */
const usualPaths = ['/mcp', '/mcp/', '/', '/api/mcp', '/sse', '/v1/mcp']

/** Another URL of the same origin at which an MCP server answers; undefined when none of the usual ones does. */
export async function findEndpoint({
  mcpUrl,
  ask,
}: Pick<Examination, 'mcpUrl' | 'ask'>): Promise<
  { readonly url: string; readonly exchange: Exchange } | undefined
> {
  const { origin, pathname } = new URL(mcpUrl)
  const otherSlash = pathname.endsWith('/') ? pathname.slice(0, -1) : `${pathname}/`
  const paths = [otherSlash, ...usualPaths].filter((path) => path !== '' && path !== pathname)
  const tried = await Promise.all(
    [...new Set(paths)].map(async (path) => {
      const url = origin + path
      const answer = await answerOf(initialize({ ask, mcpUrl: url, token: undefined }))
      if (answer && isMcp(answer)) return { url, exchange: answer.exchange }
      // An event stream of 2024-11-05 is opened by GET.
      const opened = path.endsWith('/sse')
        ? await answerOf(ask({ url, headers: { accept: 'text/event-stream' }, streamMs: 1000 }))
        : undefined
      return opened && isMcp(opened) ? { url, exchange: opened.exchange } : undefined
    }),
  )
  return tried.find((one) => one !== undefined)
}

function isMcp(answer: Answer): boolean {
  if (answer.status === 401) return /\bbearer\b/i.test(answer.headers.get('www-authenticate') ?? '')
  const type = answer.headers.get('content-type') ?? ''
  return responseIn(answer) !== undefined || type.startsWith('text/event-stream')
}

async function answerOf(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof NoAnswer) return undefined
    throw error
  }
}
