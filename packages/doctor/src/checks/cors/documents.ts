import type { Answer } from '../../ask.ts'
import type { Examination } from '../../examination.ts'
import type { AuthorizationServer, Resource } from '../../servers.ts'
import { attempted } from '../attempted.ts'
import { askPreflight, isOk, notAllowed, preflightSays, readAllowed } from './access-control.ts'

/** Whether pages can read the metadata, in all its places; those that clients take first weigh more. */
export async function examineDocuments(
  x: Examination,
  {
    origin,
    resource,
    server,
  }: {
    origin: string
    resource: Resource | undefined
    server: AuthorizationServer | undefined
  },
): Promise<void> {
  const first = [resource?.url, server?.url].filter((url) => url !== undefined)
  const others = server ? serverDocuments(server.issuer) : []
  const urls = new Set([...first, ...others])
  await Promise.all(
    [...urls].map(async (url) => {
      const [answer, asked] = await Promise.all([
        attempted(x.ask({ url, headers: { origin } })),
        askPreflight(x, url, { origin, method: 'GET', headers: ['mcp-protocol-version'] }),
      ])
      const isFirst = first.includes(url)
      if (answer?.status === 200 && answer.json) judge(x, { url, origin, answer, asked, isFirst })
    }),
  )
}

function serverDocuments(issuer: string): string[] {
  if (!URL.canParse(issuer)) return []
  const { origin, pathname } = new URL(issuer)
  const path = pathname === '/' ? '' : pathname.replace(/\/$/, '')
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]
}

interface Document {
  readonly url: string
  readonly origin: string
  readonly answer: Answer
  readonly asked: Answer | undefined
  readonly isFirst: boolean
}

function judge(x: Examination, { url, origin, answer, asked, isFirst }: Document) {
  const { origin: allows, told } = readAllowed(answer, origin)
  if (allows !== 'page') {
    x.found('metadata_without_cors', {
      where: url,
      got: told ?? 'no Access-Control-Allow-Origin',
      expected: '*',
      exchanges: [answer.exchange],
      level: isFirst ? 'error' : 'warning',
    })
    return
  }
  if (!asked || !isFirst) return
  const allowed = readAllowed(asked, origin)
  const missing = notAllowed(['mcp-protocol-version'], allowed)
  if (isOk(asked) && allowed.origin === 'page' && missing.length === 0) return
  x.found('metadata_preflight_refused', {
    where: url,
    got: preflightSays(asked),
    expected: '204 with Access-Control-Allow-Headers: mcp-protocol-version',
    exchanges: [asked.exchange],
  })
}
