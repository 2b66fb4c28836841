import type { Story, StoryExchange } from '../../story.ts'
import { difference } from '../difference.ts'
import { anyOf, at, type Find, noted, refused, value } from '../evidence.ts'
import { challengeParameter, hasToken, header, member, oauthErrorOf, text } from '../messages.ts'
import { type Claims, presentedClaims } from '../presented-claims.ts'
import { mcp, rfc, thread } from '../sources.ts'
import type { Cause } from '../verdict.ts'
import { servedResource } from './authorization.ts'

/** A 401 to a token whose claims, which nobody verified, show it. */
const tokenThat = (
  shows: (
    claims: Claims,
    story: Story,
    exchange: StoryExchange,
  ) => ReturnType<typeof differing> | boolean,
): Find =>
  refused((exchange, story) => {
    if (exchange.response?.status !== 401 || !hasToken(exchange)) return undefined
    const claims = presentedClaims(story, exchange)
    return claims && shows(claims, story, exchange)
  })

const differing = (got: string | undefined, expected: string | undefined) =>
  got !== undefined && expected !== undefined && got !== expected
    ? { compare: { got, expected } }
    : false

const isUnauthorized = ({ server, response }: StoryExchange) =>
  server === 'resource-server' && response?.status === 401

/** A request to the MCP server that was refused, and nothing like it succeeded after. */
const challenged =
  (shows: (exchange: StoryExchange) => { values?: Record<string, string> } | boolean): Find =>
  (story) => {
    const later = story.exchanges.findLastIndex(
      ({ step, response }) =>
        (step === 'connect' || step === 'tool_call') && (response?.status ?? 500) < 400,
    )
    for (const exchange of story.exchanges.slice(later + 1).toReversed()) {
      const shown = isUnauthorized(exchange) && shows(exchange)
      if (shown) return at(exchange, shown === true ? {} : shown)
    }
    return undefined
  }

/** Tokens were issued, and none was ever seen by the MCP server. */
const neverSent: Find = (story) => {
  const issued = story.exchanges.findLastIndex(
    ({ step, response }) => step === 'token' && response?.status === 200,
  )
  if (issued === -1) return undefined
  const later = story.exchanges.slice(issued + 1).filter((one) => one.server === 'resource-server')
  const bare = later.findLast(isUnauthorized)
  if (later.some(hasToken) || later.some(({ step }) => step === 'connect')) return undefined
  if (bare) return at(bare)
  return story.status === 'abandoned' ? at(story.exchanges[issued]!) : undefined
}

/** What the MCP server finds wrong with a token (RFC 6750 section 3.1), and tokens that never come. */
export const connectionCauses: readonly Cause[] = [
  {
    id: 'authorization_server_unreachable',
    title: 'The MCP server can’t reach the authorization server',
    says: () =>
      'The MCP server could not ask whether the token is still good, so it answered 503. The token may be fine: nothing is wrong with the client.',
    fix: () =>
      'Whoever runs the servers checks that the MCP server reaches ISSUER_URL from where it runs. In the client, keep the token and try again after Retry-After.',
    source: rfc(7662, '2.3'),
    find: anyOf(
      noted('authorization_server_unreachable'),
      refused(
        (exchange) =>
          exchange.server === 'resource-server' &&
          exchange.response?.status === 503 &&
          oauthErrorOf(exchange)?.error === 'temporarily_unavailable',
      ),
    ),
  },
  {
    id: 'bearer_in_query',
    title: 'The token is in the address',
    says: () =>
      'The client put the access token into the query. Addresses end up in logs and histories, so that this server looks for tokens in the header alone.',
    fix: () =>
      'In the client, send Authorization: Bearer with the token, and take it out of the URL.',
    source: mcp('authorization#access-token-usage'),
    find: challenged(({ request }) => /[?&]access_token=/.test(request.url)),
  },
  {
    id: 'wrong_scheme',
    title: 'The Authorization header has another scheme',
    says: (evidence) =>
      `The client sent Authorization: ${value(evidence, 'got') ?? 'something else'} where Bearer is expected, so that no token was seen.`,
    fix: () => 'In the client, send Authorization: Bearer, a blank, and the access token.',
    source: rfc(6750, '2.1'),
    find: challenged((exchange) => {
      const got = header(exchange.request.headers, 'authorization')?.split(' ')[0]
      return got && !hasToken(exchange) ? { values: { got } } : false
    }),
  },
  {
    id: 'bearer_never_sent',
    title: 'The client has a token and never sends it',
    says: () =>
      'The token endpoint issued tokens, and after that no request with a token reached the MCP server. The client dropped the tokens, or connects without them.',
    fix: () =>
      'In the client, look at its log for what it misliked in the token’s answer. Whoever reports it to the vendor adds this flow: it proves that the token was issued and never sent.',
    source: thread('anthropics/claude-ai-mcp', 968),
    find: neverSent,
  },
  {
    id: 'bearer_malformed',
    title: 'The Authorization header is malformed',
    says: () =>
      'The header has the right scheme and not exactly one token behind it: quotes, a line break, two headers, or nothing.',
    fix: () =>
      'In the client, send one Authorization header: the scheme, one blank, the token as it came.',
    source: rfc(6750, '2.1'),
    find: refused(
      ({ server, response }) =>
        server === 'resource-server' &&
        response?.status === 400 &&
        challengeParameter(header(response.headers, 'www-authenticate'), 'error') ===
          'invalid_request',
    ),
  },
  {
    id: 'id_token_as_bearer',
    title: 'The token is no access token',
    says: ({ compare }) =>
      `The client sent a token of type ${compare?.got ?? 'JWT'}, such as an ID token. ID tokens tell the client who signed in, and open nothing.`,
    fix: () => 'In the client, send access_token of the token’s answer, not id_token.',
    source: rfc(9068, '4'),
    find: anyOf(
      noted('token_type'),
      tokenThat(({ typ }) => differing(typ ?? 'none', 'at+jwt')),
    ),
  },
  {
    id: 'token_issuer',
    title: 'The token is from another issuer',
    says: ({ compare }) =>
      `The token says that ${compare?.got ?? 'somebody else'} issued it, and this server trusts ${compare?.expected ?? 'its authorization server'} alone.`,
    fix: () =>
      'In the client, get the token from the authorization server that this MCP server’s metadata names. Whoever runs the servers gives both the same ISSUER_URL.',
    source: rfc(9068, '4'),
    find: noted('token_issuer'),
  },
  {
    id: 'token_audience',
    title: 'The token is for another server',
    says: ({ compare }) =>
      `The token’s audience is ${compare?.got ?? 'another server'}, and this server is ${compare?.expected ?? 'not that'}.${difference(compare)}`,
    fix: () =>
      'In the client, send resource with the MCP server’s own identifier in both OAuth requests, and never pass a token on from one server to another.',
    source: rfc(8707, '2'),
    find: anyOf(
      noted('token_audience'),
      tokenThat(({ aud }, story) => differing(aud, servedResource(story))),
    ),
  },
  {
    id: 'token_expired',
    title: 'The access token has expired',
    says: ({ compare }) =>
      `The client sent a token that ended ${compare ? `at ${compare.expected}` : 'before'}, and did not come back with a new one. Access tokens live for an hour.`,
    fix: () =>
      'In the client, use the refresh token when the answer is 401, or before expires_in is over, and store both new tokens.',
    source: thread('anthropics/claude-ai-mcp', 228),
    find: anyOf(
      noted('token_expired'),
      tokenThat(({ expiresAt }, _story, { at: sentAt }) =>
        expiresAt && expiresAt <= sentAt
          ? { compare: { got: sentAt.toISOString(), expected: expiresAt.toISOString() } }
          : false,
      ),
    ),
  },
  {
    id: 'token_key_unknown',
    title: 'The token is signed with an unknown key',
    says: (evidence) =>
      `The key ${value(evidence, 'got') ?? 'of the token'} is not among those that the authorization server publishes. It was forged, or the keys were replaced without keeping the old one.`,
    fix: () =>
      'In the client, get a new token. Whoever runs the servers rotates keys in the console, which keeps the old one published.',
    source: rfc(9068, '4'),
    find: noted('token_key_unknown'),
  },
  {
    id: 'token_signature',
    title: 'The token’s signature does not verify',
    says: () =>
      'The token looks like one of the authorization server’s, and its signature is wrong: something changed it on the way, or somebody made it up.',
    fix: () => 'In the client, send the token exactly as it came, without decoding or trimming it.',
    source: rfc(7515, '5.2'),
    find: noted('token_signature'),
  },
  {
    id: 'token_revoked',
    title: 'The access token has ended',
    says: () =>
      'The token is genuine, and the authorization server says that it counts no more: access was revoked, the person suspended, or the client deleted.',
    fix: () =>
      'The person connects again from inside the app, if they want to. In the client, try the refresh token once, then ask the person.',
    source: rfc(7662, '2.2'),
    find: noted('token_revoked'),
  },
  {
    id: 'bound_token_as_bearer',
    title: 'A bound token was sent as a bearer token',
    says: () =>
      'The token is bound to a key of the client, and came without proof of that key. Whoever stole it could do the same.',
    fix: () => 'In the client, send Authorization: DPoP with the token, and a DPoP header.',
    source: rfc(9449, '7.1'),
    find: noted('bound_token_as_bearer'),
  },
  {
    id: 'bearer_token_as_bound',
    title: 'A bearer token was sent as a bound one',
    says: () => 'The client sent the scheme DPoP with a token that is bound to no key.',
    fix: () =>
      'In the client, send a DPoP proof to the token endpoint to get a bound token, or use the scheme Bearer: token_type says which.',
    source: rfc(9449, '7.1'),
    find: noted('bearer_token_as_bound'),
  },
  {
    id: 'dpop_proof_missing',
    title: 'The DPoP proof is missing',
    says: () => 'The token is bound to a key, and the request has no DPoP header that proves it.',
    fix: () => 'In the client, sign a proof for every request and send it in the DPoP header.',
    source: rfc(9449, '7.1'),
    find: anyOf(
      noted('dpop_proof_missing'),
      refused(
        (exchange) =>
          oauthErrorOf(exchange)?.error === 'invalid_dpop_proof' &&
          header(exchange.request.headers, 'dpop') === undefined,
      ),
    ),
  },
  {
    id: 'dpop_proof_invalid',
    title: 'The DPoP proof does not hold',
    says: (evidence) =>
      `The proof of the client’s key was refused${value(evidence, 'got') ? `: ${value(evidence, 'got')}` : ''}.`,
    fix: () =>
      'In the client, sign a new proof for each request: its method, its URL without a query, the hash of the token (ath), a new jti, the time of now.',
    source: rfc(9449, '4.3'),
    find: anyOf(
      noted('dpop_proof_invalid'),
      refused((exchange) => {
        const error = oauthErrorOf(exchange)
        return error?.error === 'invalid_dpop_proof' && { values: { got: error.description ?? '' } }
      }),
    ),
  },
  {
    id: 'token_malformed',
    title: 'The token can’t be read',
    says: (evidence) =>
      `What the client sent is no token that this server understands${value(evidence, 'got') ? `: ${value(evidence, 'got')}` : ''}.`,
    fix: () => 'In the client, send access_token of the token’s answer, whole and unchanged.',
    source: rfc(6750, '3.1'),
    find: noted('token_malformed', 'token_claims'),
  },
  {
    id: 'token_refused',
    title: 'The access token was refused',
    says: (evidence) =>
      `The MCP server answered 401 to a token${value(evidence, 'got') ? `: ${value(evidence, 'got')}` : '.'}`,
    fix: () =>
      'In the client, refresh the token and try once more, then send the person through sign-in. A 401 that comes again after that is for whoever runs the server.',
    source: rfc(6750, '3.1'),
    find: refused(
      (exchange) =>
        exchange.response?.status === 401 &&
        hasToken(exchange) && {
          values: {
            got:
              oauthErrorOf(exchange)?.description ??
              text(member(exchange.response.body, 'error')) ??
              '',
          },
        },
    ),
  },
]
