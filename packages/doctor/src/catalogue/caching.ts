import type { FindingDefinition, Source } from '../finding.ts'
import { rfc } from './sources.ts'

const area = 'caching'

const vary: Source = {
  title: 'Fetch, CORS protocol and HTTP caches',
  url: 'https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches',
}

export const cachingFindings = {
  metadata_cached_too_long: {
    area,
    level: 'warning',
    title: 'Metadata may be kept for too long',
    why: 'Until the time is over, clients and proxies go on with the old endpoints, scopes and keys after a change, and nobody can call the document back.',
    breaks: [],
    fix: 'Send Cache-Control: public, max-age=300 (an hour at most) at {where}, without immutable; it sends {got}.',
    sources: [rfc(9111, '5.2.2'), rfc(8414, '3')],
  },
  metadata_cache_unsaid: {
    area,
    level: 'note',
    title: 'Metadata does not say how long it is good',
    why: 'Without Cache-Control each cache on the way guesses. Most ask again each time, which costs requests and breaks nothing.',
    breaks: [],
    fix: 'Send Cache-Control: public, max-age=300 at {where}.',
    sources: [rfc(9111, '4.2.2')],
  },
  metadata_varies_unsaid: {
    area,
    level: 'warning',
    title: 'A cache may give one page the answer for another',
    why: 'The answer names the page’s origin in Access-Control-Allow-Origin and may be cached without Vary: Origin. The next page gets the origin of the first, and its browser keeps the answer from it.',
    breaks: ['inspector', 'mcp-use'],
    fix: 'Send Vary: Origin with every answer of {where}, or Access-Control-Allow-Origin: * there: the document is public.',
    sources: [vary],
  },
  challenge_from_cache: {
    area,
    level: 'error',
    title: 'The 401 comes from a cache',
    why: 'A cache on the way answered a request with a token, without asking the server. Whoever signs in goes on being told 401.',
    breaks: 'every client',
    fix: 'Take {where} out of the cache (CDN, reverse proxy), and send Cache-Control: no-store with the 401; the answer says {got}.',
    sources: [rfc(9111, '3.5')],
  },
  challenge_cacheable: {
    area,
    level: 'warning',
    title: 'The 401 may be cached',
    why: 'A cache that keeps the 401 gives it to clients that have a token by now.',
    breaks: [],
    fix: 'Send Cache-Control: no-store with the 401 of {where}; it sends {got}.',
    sources: [rfc(9111, '5.2.2'), rfc(9110, '15.1')],
  },
  token_answer_cacheable: {
    area,
    level: 'warning',
    title: 'Answers of the token endpoint may be cached',
    why: 'Tokens in a cache are tokens in the hands of whoever reads the cache.',
    breaks: [],
    fix: 'Send Cache-Control: no-store with every answer of {where}; it sends {got}.',
    sources: [rfc(6749, '5.1')],
  },
  token_error_without_no_store: {
    area,
    level: 'note',
    title: 'Errors of the token endpoint lack no-store',
    why: 'Answers with tokens need Cache-Control: no-store. What was seen here is an error without it; see that the answers with tokens have it.',
    breaks: [],
    fix: 'Send Cache-Control: no-store with every answer of {where}.',
    sources: [rfc(6749, '5.1'), rfc(6749, '5.2')],
  },
  clock_skew: {
    area,
    level: 'error',
    title: 'The server’s clock is wrong',
    why: 'Tokens carry times. Where the clock is ahead, a new token is not valid yet for others (iat, nbf) and clients renew too late; where it is behind, tokens look expired when they are issued (exp), and clients sign in again and again.',
    breaks: 'every client',
    fix: 'Synchronise the clock of {where} (NTP; on virtual machines after a pause as well), unless it is this computer’s that is wrong. It is {got}.',
    sources: [rfc(7519, '4.1.4'), rfc(7519, '4.1.5')],
  },
  clocks_disagree: {
    area,
    level: 'error',
    title: 'The two servers’ clocks disagree',
    why: 'The authorization server writes times into tokens, and the MCP server compares them with its own clock: where the issuer is ahead, a new token is not valid yet (iat, nbf); where it is behind, a token ends early or is expired when it is issued (exp).',
    breaks: 'every client',
    fix: 'Synchronise both clocks (NTP), and allow a few seconds when iat, nbf and exp are checked. The authorization server is {got}.',
    sources: [rfc(7519, '4.1.4'), rfc(9068, '4')],
  },
} as const satisfies Record<string, FindingDefinition>
