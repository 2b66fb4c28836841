import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import type { Answer } from '../ask.ts'
import { pageOrigins } from '../catalogue/persona-groups.ts'
import type { Examination } from '../examination.ts'
import type { Entry } from '../servers.ts'
import { attempted } from './attempted.ts'
import { askAsHost } from './protection/ask-as-host.ts'

const foreignOrigin = 'https://evil.example'
const accept = 'application/json, text/event-stream'

/** Changes nothing, and opens no session, wherever it is let in. */
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }

/** Whether the endpoint looks at where a request comes from, and lets in whom it should. */
export async function examineProtection(x: Examination, entry: Entry): Promise<void> {
  const from = (origin?: string) =>
    attempted(x.ask({ url: x.mcpUrl, json: ping, headers: { accept, ...(origin && { origin }) } }))
  const [plain, foreign, nobody, ...pages] = await Promise.all([
    from(),
    from(foreignOrigin),
    from('null'),
    ...pageOrigins.map(from),
  ])
  if (!plain) return
  const isLocal = isLoopbackUrl(x.mcpUrl)
  const broken = [...pages, foreign].find((answer) => answer && answer.status >= 500)
  if (broken && plain.status < 500) {
    const expected = 'the same answer as without Origin, or 403'
    x.found('origin_breaks_server', { ...shownBy(x, broken), expected })
  }
  examineForeign(x, plain, { foreign, nobody, isLocal, isOpen: entry.kind === 'open' })
  examinePages(x, plain, pages)
  if (isLocal) await examineHost(x, plain)
}

interface Foreign {
  readonly foreign: Answer | undefined
  /** To `Origin: null`. */
  readonly nobody: Answer | undefined
  /** On this computer, where pages reach what the network does not. */
  readonly isLocal: boolean
  readonly isOpen: boolean
}

function examineForeign(
  x: Examination,
  plain: Answer,
  { foreign, nobody, isLocal, isOpen }: Foreign,
) {
  if (!foreign) return
  const level = isLocal ? 'warning' : 'note'
  if (foreign.status === plain.status) {
    const allowed = foreign.headers.get('access-control-allow-origin')
    const readable = allowed === '*' || allowed === foreignOrigin
    if (isLocal && isOpen && readable) {
      const got = `Access-Control-Allow-Origin: ${allowed}`
      x.found('open_to_every_page', { ...shownBy(x, foreign), got })
      return
    }
    x.found('foreign_origin_accepted', { ...shownBy(x, foreign), level })
  } else if (nobody?.status === plain.status) {
    x.found('null_origin_accepted', { ...shownBy(x, nobody), level })
  }
}

const shownBy = ({ mcpUrl }: Examination, { status, exchange }: Answer) => ({
  where: mcpUrl,
  got: String(status),
  expected: '403',
  exchanges: [exchange],
})

/** The pages of clients that people run on their computer. */
function examinePages(x: Examination, plain: Answer, pages: readonly (Answer | undefined)[]) {
  if (plain.status === 403) return
  const index = pages.findIndex((page) => page?.status === 403)
  const refused = pages[index]
  if (!refused) return
  const expected = `${plain.status}, as without Origin`
  x.found('page_origin_refused', { ...shownBy(x, refused), where: pageOrigins[index], expected })
}

async function examineHost(x: Examination, plain: Answer) {
  const { port } = new URL(x.mcpUrl)
  const host = port ? `evil.example:${port}` : 'evil.example'
  const answer = await askAsHost(x.mcpUrl, { host, json: ping, accept })
  if (answer?.status !== plain.status) return
  // A refusal of the host can have the status that the request has anyway.
  if (answer.status === 400 && answer.text !== plain.text) return
  const { exchange, status } = answer
  x.found('foreign_host_accepted', {
    where: x.mcpUrl,
    got: `${status} to Host: ${host}`,
    expected: '403 or 421',
    exchanges: [exchange],
  })
}
