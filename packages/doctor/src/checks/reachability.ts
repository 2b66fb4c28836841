import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import { type Answer, NoAnswer } from '../ask.ts'
import { initialize, inShort } from '../conversation.ts'
import type { Examination } from '../examination.ts'
import { isPage, titleOf } from '../html.ts'
import { isPublicAddress } from '../readiness/public-address.ts'
import { redactUrl } from '../redaction.ts'
import { findEndpoint } from './reachability/find-endpoint.ts'
import { tellNoAnswer } from './reachability/no-answer.ts'
import { tellRedirect } from './reachability/redirect.ts'

/** Claude gives up after 10 s. */
const slowMs = 5000

/** @returns whether something that may be an MCP server answers there */
export async function examineReachability(examination: Examination): Promise<boolean> {
  const { mcpUrl, found } = examination
  const { protocol, username, password } = URL.parse(mcpUrl) ?? {}
  if (!/^https?:$/.test(protocol ?? '') || username || password) {
    const got = redactUrl(mcpUrl)
    found('url_invalid', { where: got, got, expected: 'http:// or https:// and a host' })
    return false
  }
  try {
    const answer = await initialize({ ...examination, token: undefined })
    tellAddress(examination)
    return await examineAnswer(examination, answer)
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    tellNoAnswer(examination, error)
    return false
  }
}

function tellAddress({ mcpUrl, found }: Examination): void {
  const { protocol, host, hostname } = new URL(mcpUrl)
  const https = `https://${host}`
  if (protocol === 'http:' && isPublicAddress(https)) {
    found('plain_http', { where: mcpUrl, got: 'http', expected: 'https' })
  } else if (isLoopbackUrl(mcpUrl) || !isPublicAddress(https)) {
    found('address_not_public', { where: mcpUrl, got: hostname, expected: 'a public https URL' })
  }
}

async function examineAnswer(examination: Examination, answer: Answer): Promise<boolean> {
  const { mcpUrl, found } = examination
  const { status, headers, text, exchange } = answer
  const detail = { where: mcpUrl, got: inShort(answer), exchanges: [exchange] }
  if (exchange.durationMs > slowMs) {
    const got = `${(exchange.durationMs / 1000).toFixed(1)} s`
    found('answer_slow', { ...detail, got, expected: 'less than 5 s' })
  }
  if (status >= 300 && status < 400 && headers.has('location')) {
    await tellRedirect(examination, answer)
    return false
  }
  if (isTunnel(answer)) {
    const got = headers.get('ngrok-error-code') ?? titleOf(text) ?? detail.got
    found('tunnel_interstitial', { ...detail, got, expected: 'the answer of the MCP server' })
    return false
  }
  if (headers.get('cf-mitigated') === 'challenge') {
    const got = `${detail.got}, cf-mitigated: challenge`
    found('bot_protection', { ...detail, got, expected: 'the answer of the MCP server' })
    return false
  }
  if (
    status === 421 ||
    (status === 403 && /(?:invalid|unknown|not allowed)[^"]{0,20}\bhost\b/i.test(text))
  ) {
    found('host_refused', { ...detail, expected: new URL(mcpUrl).host })
    return false
  }
  if (status === 429) {
    found('too_many_requests', { ...detail, expected: '401, or the answer to initialize' })
    return false
  }
  if (status >= 500) {
    found('server_fails', { ...detail, expected: '401, or the answer to initialize' })
    return false
  }
  if (status < 400 && isPage(answer)) {
    const title = titleOf(text)
    const got = `${detail.got}${title ? `, a page called “${title}”` : ', a page'}`
    found('page_instead_of_mcp', { ...detail, got, expected: 'JSON or an event stream' })
    return false
  }
  return [404, 405, 410].includes(status) ? examineStream(examination, answer) : true
}

const isTunnel = ({ headers, text, status }: Answer) =>
  headers.has('ngrok-error-code') ||
  (status !== 401 &&
    /ERR_NGROK_\d+|ngrok-skip-browser-warning|<title>[^<]*(?:localtunnel|Cloudflare Tunnel error)/i.test(
      text,
    ))

/** Where POST is not taken, the URL may be of the transport of 2024-11-05, or the wrong one. */
async function examineStream(examination: Examination, posted: Answer): Promise<boolean> {
  const { mcpUrl, ask, found } = examination
  const opened = await ask({
    url: mcpUrl,
    headers: { accept: 'text/event-stream' },
    streamMs: 1000,
  })
  const detail = {
    where: mcpUrl,
    got: `POST: ${inShort(posted)}; GET: ${inShort(opened)}`,
    exchanges: [posted.exchange, opened.exchange],
  }
  const type = opened.headers.get('content-type') ?? ''
  if (opened.status === 401 || type.startsWith('text/event-stream')) return true
  const other = await findEndpoint(examination)
  const expected = other?.url ?? 'the path at which the MCP server is mounted'
  const exchanges = [...detail.exchanges, ...(other ? [other.exchange] : [])]
  const id = posted.status === 405 ? 'post_not_allowed' : 'endpoint_not_found'
  found(id, { ...detail, expected, exchanges })
  return false
}
