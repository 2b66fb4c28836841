import type { Story, StoryExchange } from '../../story.ts'
import { difference } from '../difference.ts'
import { anyOf, at, compared, type Find, noted, refused, value } from '../evidence.ts'
import {
  authorizationRequest,
  header,
  member,
  oauthErrorOf,
  parametersOf,
  registered,
  text,
} from '../messages.ts'
import { rfc, thread } from '../sources.ts'
import { standingRefusals } from '../standing.ts'
import type { Cause } from '../verdict.ts'
import { servedResource } from './authorization.ts'

/** A refused redemption of a code. */
const redemption = (
  shows: (
    form: URLSearchParams,
    story: Story,
    exchange: StoryExchange,
  ) => ReturnType<typeof compared> | boolean | undefined,
) =>
  refused((exchange, story) => {
    const form = parametersOf(exchange)
    return form.get('grant_type') === 'authorization_code' && shows(form, story, exchange)
  }, 'token')

const tokenError = (...errors: readonly string[]) =>
  refused((exchange) => errors.includes(oauthErrorOf(exchange)?.error ?? ''), 'token')

const otherRedirect: Find = redemption((form, story) => {
  const sent = authorizationRequest(story)?.get('redirect_uri')
  const got = form.get('redirect_uri')
  return sent && got && sent !== got ? compared(got, sent) : undefined
})

const atToken =
  (find: Find): Find =>
  (story) => {
    const evidence = find(story)
    return evidence?.step === 'token' ? evidence : undefined
  }

/** A redemption after one that succeeded, with no new code in between. */
const reused: Find = (story) => {
  const refusal = standingRefusals(story).findLast(
    (exchange) =>
      exchange.step === 'token' &&
      parametersOf(exchange).get('grant_type') === 'authorization_code' &&
      oauthErrorOf(exchange)?.error === 'invalid_grant',
  )
  if (!refusal) return undefined
  const before = story.exchanges.slice(0, story.exchanges.indexOf(refusal))
  const spent = before.findLastIndex(
    (exchange) =>
      exchange.response?.status === 200 &&
      parametersOf(exchange).get('grant_type') === 'authorization_code',
  )
  const isNew = before.slice(spent + 1).some(({ step }) => step === 'code')
  return spent !== -1 && !isNew ? at(refusal) : undefined
}

/** How the client said who it is, as its registration would call it. */
function methodOf(exchange: StoryExchange): string {
  const form = parametersOf(exchange)
  if (form.has('client_assertion')) return 'private_key_jwt'
  if (/^basic\s/i.test(header(exchange.request.headers, 'authorization') ?? '')) {
    return 'client_secret_basic'
  }
  return form.has('client_secret') ? 'client_secret_post' : 'none'
}

const isWithSecret = (method: string) => method.startsWith('client_secret_')

/** The server takes a secret in either place. */
const otherMethod: Find = refused((exchange, story) => {
  const expected = text(member(registered(story), 'token_endpoint_auth_method'))
  const got = methodOf(exchange)
  if (oauthErrorOf(exchange)?.error !== 'invalid_client' || !expected) return undefined
  const isSame = got === expected || (isWithSecret(got) && isWithSecret(expected))
  return isSame ? undefined : { compare: { got, expected } }
}, 'token')

/** Why codes are not redeemed (RFC 6749 section 4.1.3), and how clients fail to say who they are. */
export const tokenCauses: readonly Cause[] = [
  {
    id: 'token_request_not_form',
    title: 'The token request is not a form',
    says: ({ compare }) =>
      `The client posted ${compare?.got ?? 'something else'} to the token endpoint, which takes application/x-www-form-urlencoded.`,
    fix: () => 'In the client, send the parameters of the token request as a form, not as JSON.',
    source: rfc(6749, '4.1.3'),
    find: refused(({ request }) => {
      const got = header(request.headers, 'content-type') ?? 'no Content-Type'
      const expected = 'application/x-www-form-urlencoded'
      return got.startsWith(expected) ? undefined : { compare: { got, expected } }
    }, 'token'),
  },
  {
    id: 'token_redirect_uri_mismatch',
    title: 'redirect_uri does not match',
    says: ({ compare }) =>
      `The client asked for the code at ${compare?.expected ?? 'one address'} and redeemed it with ${compare?.got ?? 'another'}.${difference(compare)}`,
    fix: () =>
      'In the client, send the same redirect_uri to the token endpoint as to the authorization endpoint, port included, or leave it out there. Keep the literal 127.0.0.1.',
    source: rfc(6749, '4.1.3'),
    find: anyOf(atToken(noted('redirect_uri_mismatch')), otherRedirect),
  },
  {
    id: 'verifier_missing',
    title: 'code_verifier is missing',
    says: () =>
      'The code was asked for with a code_challenge, and is redeemed without the verifier. The client may have lost it, as in a page that was reloaded.',
    fix: () =>
      'In the client, keep the verifier until the code is redeemed, and send it as code_verifier.',
    source: rfc(7636, '4.5'),
    find: anyOf(
      noted('verifier_missing'),
      redemption((form) => !form.get('code_verifier')),
    ),
  },
  {
    id: 'verifier_mismatch',
    title: 'code_verifier does not match',
    says: () =>
      'The verifier is not the one whose SHA-256 was sent as code_challenge. Two attempts at once overwrite each other’s verifier, or the hash was encoded in another way.',
    fix: () =>
      'In the client, store one verifier per attempt, under its state, and hash the verifier’s ASCII text.',
    source: rfc(7636, '4.6'),
    find: noted('verifier_mismatch'),
  },
  {
    id: 'verifier_malformed',
    title: 'code_verifier is malformed',
    says: (evidence) =>
      `The verifier has ${value(evidence, 'got') ?? 'the wrong length or characters'}. It has to be 43 to 128 letters, digits and -._~.`,
    fix: () => 'In the client, make the verifier of 32 random bytes as base64url.',
    source: rfc(7636, '4.1'),
    find: noted('verifier_malformed'),
  },
  {
    id: 'code_expired',
    title: 'The code has expired',
    says: ({ compare }) =>
      `The client redeemed the code ${compare ? `at ${compare.got}; it was good until ${compare.expected}` : 'too late'}.`,
    fix: () =>
      'In the client, redeem the code as soon as the browser comes back. The person connects again.',
    source: rfc(6749, '4.1.2'),
    find: noted('code_expired'),
  },
  {
    id: 'code_reused',
    title: 'The code was used before',
    says: () =>
      'A code is redeemed once. This one came a second time, which may be a thief, so that the tokens of the first time have ended.',
    fix: () =>
      'In the client, redeem each code once: no retry after an answer, no page that redeems again when it is reloaded. The person connects again.',
    source: rfc(6749, '4.1.2'),
    find: anyOf(noted('code_reused'), reused),
  },
  {
    id: 'code_of_other_client',
    title: 'The code belongs to another client',
    says: ({ compare }) =>
      `The code was issued to ${compare?.expected ?? 'one client'} and is redeemed by ${compare?.got ?? 'another'}. A client that registers anew while the person signs in does that.`,
    fix: () =>
      'In the client, redeem with the client_id that asked, and keep it for the whole attempt.',
    source: rfc(6749, '5.2'),
    find: anyOf(
      noted('code_of_other_client'),
      redemption((form, story) => {
        const expected = authorizationRequest(story)?.get('client_id')
        const got = form.get('client_id')
        return got && expected && got !== expected ? compared(got, expected) : undefined
      }),
    ),
  },
  {
    id: 'code_unknown',
    title: 'The code is none of this server’s',
    says: () =>
      'Nobody got such a code here. It was cut or encoded on its way, belongs to another environment, or is so old that it is forgotten.',
    fix: () =>
      'In the client, take code from the query of the redirect, decode it once, and redeem it at the server that sent it (iss).',
    source: rfc(9207, '2.4'),
    find: noted('code_unknown'),
  },
  {
    id: 'token_resource_mismatch',
    title: 'resource differs at the token endpoint',
    says: ({ compare }) =>
      `The client redeems for ${compare?.got ?? 'another server'}, and was granted ${compare?.expected ?? 'this one'}.${difference(compare)}`,
    fix: () =>
      'In the client, send the same resource to both endpoints, as the MCP server’s metadata spells it.',
    source: rfc(8707, '2.2'),
    find: anyOf(
      atToken(noted('resource_mismatch')),
      refused(
        (exchange, story) =>
          oauthErrorOf(exchange)?.error === 'invalid_target' &&
          compared(
            parametersOf(exchange).get('resource'),
            authorizationRequest(story)?.get('resource') ?? servedResource(story),
          ),
        'token',
      ),
    ),
  },
  {
    id: 'client_authentication_method',
    title: 'The client authenticates in another way than registered',
    says: ({ compare }) =>
      `The client used ${compare?.got ?? 'one way'} at the token endpoint, and is registered with ${compare?.expected ?? 'another'}.`,
    fix: () =>
      'In the client, use the token_endpoint_auth_method of the registration’s answer: without a secret send client_id alone, with one HTTP Basic.',
    source: rfc(6749, '2.3'),
    find: anyOf(noted('client_authentication_method'), otherMethod),
  },
  {
    id: 'client_secret_wrong',
    title: 'The client secret is wrong',
    says: () =>
      'The client is known, and its secret is not the one it was given. Secrets are shown once, and replaced when an administrator makes a new one.',
    fix: () =>
      'An administrator makes a new secret in the console. In the client, enter it whole, and percent-encode id and secret in HTTP Basic.',
    source: rfc(6749, '2.3.1'),
    find: noted('client_secret_wrong'),
  },
  {
    id: 'client_assertion_audience',
    title: 'The client assertion is for another audience',
    says: ({ compare }) =>
      `The aud of the assertion is ${compare?.got ?? 'another address'}. It has to be the issuer, or the token endpoint${compare ? `: ${compare.expected}` : ''}.`,
    fix: () =>
      'In the client, set aud to the issuer as the metadata spells it, without a doubled slash.',
    source: thread('taylorwilsdon/google_workspace_mcp', 1015),
    find: noted('client_assertion_audience'),
  },
  {
    id: 'client_assertion_expired',
    title: 'The client assertion has expired',
    says: ({ compare }) =>
      `The assertion was good until ${compare?.expected ?? 'a moment ago'}, and came ${compare ? `at ${compare.got}` : 'later'}.`,
    fix: () =>
      'In the client, sign a new assertion for each request, good for a minute, and set the clock by NTP.',
    source: rfc(7523, '3'),
    find: noted('client_assertion_expired'),
  },
  {
    id: 'client_assertion_reused',
    title: 'The client assertion was used before',
    says: () => 'An assertion counts once, and its jti was seen already.',
    fix: () => 'In the client, sign a new assertion with a new jti for each request, retries too.',
    source: rfc(7523, '3'),
    find: noted('client_assertion_reused'),
  },
  {
    id: 'client_assertion_invalid',
    title: 'The client assertion can’t be verified',
    says: (evidence) =>
      `The signed assertion with which the client says who it is was refused${value(evidence, 'got') ? `: ${value(evidence, 'got')}` : ''}.`,
    fix: () =>
      'In the client, sign with a key of its own jwks or jwks_uri, with iss and sub both the client_id, a jti and an exp.',
    source: rfc(7523, '3'),
    find: noted('client_assertion_invalid'),
  },
  {
    id: 'client_unknown_at_token',
    title: 'The token endpoint does not know the client',
    says: (evidence) =>
      `The client_id ${value(evidence, 'got') ?? 'of the token request'} is not, or no more, registered here.`,
    fix: () =>
      'In the client, register again when the server answers 401 invalid_client, and then send the person through sign-in.',
    source: thread('supabase/mcp', 355),
    find: anyOf(atToken(noted('client_unknown')), tokenError('invalid_client')),
  },
  {
    id: 'grant_type_not_allowed',
    title: 'The client may not use this grant type',
    says: ({ compare }) =>
      `The client asked with ${compare?.got ?? 'a grant type'} and registered ${compare?.expected ?? 'others'}.`,
    fix: () =>
      'In the client, register with the grant_types that it uses. An administrator can change them in the console.',
    source: rfc(6749, '5.2'),
    find: anyOf(noted('grant_type_not_allowed'), tokenError('unauthorized_client')),
  },
  {
    id: 'grant_type_unsupported',
    title: 'The grant type does not exist here',
    says: (evidence) =>
      `The client sent grant_type=${value(evidence, 'got') ?? 'something else'}, which this server does not have.`,
    fix: () => 'In the client, use one of grant_types_supported: authorization_code for people.',
    source: rfc(6749, '5.2'),
    find: refused(
      (exchange) =>
        oauthErrorOf(exchange)?.error === 'unsupported_grant_type' && {
          values: { got: parametersOf(exchange).get('grant_type') ?? '' },
        },
      'token',
    ),
  },
  {
    id: 'token_proof_refused',
    title: 'The DPoP proof was refused at the token endpoint',
    says: (evidence) =>
      `The client wants a token that is bound to its key, and the proof does not hold${value(evidence, 'got') ? `: ${value(evidence, 'got')}` : ''}.`,
    fix: () =>
      'In the client, sign a new proof for each request: htm POST, htu the token endpoint, a new jti, the time of now.',
    source: rfc(9449, '5'),
    find: refused((exchange) => {
      const error = oauthErrorOf(exchange)
      return error?.error === 'invalid_dpop_proof' && { values: { got: error.description ?? '' } }
    }, 'token'),
  },
  {
    id: 'code_refused',
    title: 'The code was refused',
    says: () =>
      'The token endpoint answered invalid_grant: the code has expired, was used before, belongs to another client, or redirect_uri or code_verifier do not fit. The answer does not say which.',
    fix: () =>
      'In the client, compare both requests of this attempt. Whoever runs the server finds the exact reason under the correlation ID.',
    source: rfc(6749, '5.2'),
    find: redemption(
      (_form, _story, exchange) => oauthErrorOf(exchange)?.error === 'invalid_grant',
    ),
  },
]
