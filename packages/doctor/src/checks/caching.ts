import { pageOrigins } from '../catalogue/persona-groups.ts'
import { initializeMessage } from '../conversation.ts'
import type { Examination } from '../examination.ts'
import type { AuthorizationServer, Resource } from '../servers.ts'
import { attempted } from './attempted.ts'
import { cacheRule, showsCacheHit } from './caching/cache-headers.ts'
import { examineClocks } from './caching/clocks.ts'

const dayInSeconds = 86_400

export async function examineCaching(
  x: Examination,
  { resource, server }: { resource?: Resource; server?: AuthorizationServer },
): Promise<void> {
  const documents = [resource?.url, server?.url, server?.metadata.jwks_uri]
  const urls = new Set(documents.filter((url) => url !== undefined && URL.canParse(url)))
  await Promise.all([
    ...[...urls].map((url) => examineDocument(x, url!)),
    ...(resource ? [examineRefusals(x)] : []),
    ...(server ? [examineTokenEndpoint(x, server.metadata.token_endpoint)] : []),
    examineClocks(x, server?.url),
  ])
}

async function examineDocument(x: Examination, url: string) {
  const [origin = ''] = pageOrigins
  const answer = await attempted(x.ask({ url, headers: { origin } }))
  if (answer?.status !== 200) return
  const rule = cacheRule(answer.headers)
  const shown = { where: url, exchanges: [answer.exchange] }
  const expected = 'max-age of 300 to 3600'
  if (rule.header === undefined) {
    x.found('metadata_cache_unsaid', { ...shown, got: 'no Cache-Control', expected })
  } else if (!rule.noStore && (rule.immutable || (rule.seconds ?? 0) > dayInSeconds)) {
    x.found('metadata_cached_too_long', { ...shown, got: rule.header, expected })
  }
  const allowed = answer.headers.get('access-control-allow-origin')
  const varies = /(?:^|,)\s*(?:origin|\*)\s*(?:,|$)/i.test(answer.headers.get('vary') ?? '')
  if (allowed !== origin || varies || rule.noStore || !rule.seconds) return
  const got = `Access-Control-Allow-Origin: ${allowed}, Vary: ${answer.headers.get('vary') ?? 'none'}`
  x.found('metadata_varies_unsaid', { ...shown, got, expected: 'Vary: Origin' })
}

/** What caches on the way make of the 401. The token is nobody's. */
async function examineRefusals(x: Examination) {
  const url = x.mcpUrl
  const accept = 'application/json, text/event-stream'
  const token = 'neonpanel-doctor-is-nobody'
  const answers = await Promise.all([
    attempted(x.ask({ url, headers: { accept }, token, streamMs: 1000 })),
    attempted(x.ask({ url, headers: { accept }, token, json: initializeMessage })),
  ])
  for (const answer of answers) {
    if (answer?.status !== 401) continue
    const shown = { where: url, exchanges: [answer.exchange] }
    const hit = showsCacheHit(answer.headers)
    const rule = cacheRule(answer.headers)
    if (hit) {
      x.found('challenge_from_cache', { ...shown, got: hit, expected: 'an answer of the server' })
      return
    }
    if (!rule.noStore && (rule.isPublic || rule.seconds)) {
      x.found('challenge_cacheable', { ...shown, got: rule.header, expected: 'no-store' })
      return
    }
  }
}

async function examineTokenEndpoint(x: Examination, url: string | undefined) {
  if (url === undefined || !URL.canParse(url)) return
  const form = { grant_type: 'authorization_code', code: 'none', client_id: 'neonpanel-doctor' }
  const answer = await attempted(x.ask({ url, form: { ...form, code_verifier: 'none' } }))
  if (!answer || answer.status >= 500 || answer.status === 404) return
  const rule = cacheRule(answer.headers)
  if (rule.noStore) return
  const got = rule.header ?? 'no Cache-Control'
  const detail = { where: url, got, expected: 'no-store', exchanges: [answer.exchange] }
  const cacheable = rule.isPublic || Boolean(rule.seconds)
  x.found(cacheable ? 'token_answer_cacheable' : 'token_error_without_no_store', detail)
}
