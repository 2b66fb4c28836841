import type { Story } from '../../story.ts'
import { difference } from '../difference.ts'
import { anyOf, at, compared, type Find, noted, refused, value, waitedAt } from '../evidence.ts'
import {
  authorizationRequest,
  member,
  oauthErrorOf,
  parametersOf,
  registered,
  resourceMetadata,
  text,
} from '../messages.ts'
import { mcp, mcpDraft, openidErrors, rfc, thread } from '../sources.ts'
import { standingNotes, standingRefusals } from '../standing.ts'
import type { Cause, Evidence } from '../verdict.ts'

const redirected = (error: string) =>
  refused((exchange) => oauthErrorOf(exchange)?.error === error, 'authorize')

/** A refused authorization request whose parameters show why. */
const requestThat = (shows: (parameters: URLSearchParams) => boolean) =>
  refused((exchange) => {
    const parameters = parametersOf(exchange)
    return parameters.has('response_type') && !parameters.has('request_uri') && shows(parameters)
  }, 'authorize')

/** Unknown now, and registered before: in this very story, or as the server remembers. */
const pruned: Find = (story) => {
  const known = noted('client_pruned')(story)
  if (known) return known
  const id = text(member(registered(story), 'client_id'))
  const note = standingNotes(story).findLast(({ reason }) => reason === 'client_unknown')
  return id !== undefined && note?.got === id ? noted('client_unknown')(story) : undefined
}

const otherResource: Find = (story) => {
  const told = anyOf(noted('resource_mismatch'))(story)
  if (told && told.step !== 'token') return told
  const refusal = standingRefusals(story).findLast(
    (exchange) => oauthErrorOf(exchange)?.error === 'invalid_target' && exchange.step !== 'token',
  )
  return refusal && at(refusal, compared(asked(story), servedResource(story)))
}

const unknownAtAuthorize: Find = (story) => {
  const evidence = noted('client_unknown')(story)
  return evidence?.step === 'token' ? undefined : evidence
}

const asked = (story: Story) => authorizationRequest(story)?.get('resource')

export const servedResource = (story: Story) =>
  text(member(resourceMetadata(story)?.response?.body, 'resource'))

const scopes = (evidence: Evidence) => value(evidence, 'got') ?? 'scopes'

/** Why an authorization request is refused before a person sees it. */
export const authorizationCauses: readonly Cause[] = [
  {
    id: 'client_suspended',
    title: 'The client is suspended',
    says: () =>
      'An administrator suspended this client. It can’t ask for anything, and what it was granted has ended.',
    fix: () => 'An administrator lifts the suspension in the console under Clients, or leaves it.',
    source: rfc(6749, '4.1.2.1'),
    find: noted('client_suspended'),
  },
  {
    id: 'client_pruned',
    title: 'The client was registered here and is gone',
    says: () =>
      'The client still uses a client_id that was registered here once. It was deleted since, or removed because nobody used it. Many clients replay it for ever.',
    fix: () =>
      'The person removes the connection in the app and adds it again, so that the client registers anew. In the client, register again when the server says invalid_client.',
    source: thread('anthropics/claude-code', 84614),
    find: pruned,
  },
  {
    id: 'client_id_missing',
    title: 'client_id is missing',
    says: () => 'The authorization request does not say which client sends it.',
    fix: () => 'In the client, send the client_id of its registration with every request.',
    source: rfc(6749, '4.1.1'),
    find: anyOf(
      noted('client_id_missing'),
      requestThat((parameters) => !parameters.get('client_id')),
    ),
  },
  {
    id: 'client_unknown',
    title: 'The client is not known here',
    says: (evidence) =>
      `Nobody is registered under the client_id ${value(evidence, 'got') ?? 'that the client sends'}. Identifiers of another environment mean nothing here.`,
    fix: () =>
      'In the client, use a client_id that was registered at this server. An administrator finds them in the console under Clients.',
    source: rfc(6749, '4.1.2.1'),
    find: anyOf(
      unknownAtAuthorize,
      refused(
        (exchange) =>
          oauthErrorOf(exchange)?.error === 'invalid_client' && {
            values: { got: parametersOf(exchange).get('client_id') ?? '' },
          },
        'authorize',
      ),
    ),
  },
  {
    id: 'response_type_unsupported',
    title: 'response_type is not code',
    says: (evidence) =>
      `The client asks for ${value(evidence, 'got') ?? 'another response_type'}. Only the authorization code flow exists here; the others put tokens into addresses.`,
    fix: () => 'In the client, send response_type=code and redeem the code at the token endpoint.',
    source: rfc(9700, '2.1.2'),
    find: anyOf(noted('response_type_unsupported'), redirected('unsupported_response_type')),
  },
  {
    id: 'pkce_missing',
    title: 'PKCE is missing',
    says: () =>
      'The authorization request has no code_challenge. Every client here proves with PKCE that it is the one that asked, also one with a secret.',
    fix: () =>
      'In the client, turn PKCE on: send code_challenge and code_challenge_method=S256, and keep the verifier for the token request.',
    source: rfc(7636, '4.4.1'),
    find: anyOf(
      noted('pkce_missing'),
      requestThat((parameters) => !parameters.get('code_challenge')),
    ),
  },
  {
    id: 'pkce_plain',
    title: 'PKCE is not S256',
    says: (evidence) =>
      `The client sends ${value(evidence, 'got') ?? 'another code_challenge_method'}. A plain challenge is the verifier itself, so that whoever sees the request can redeem the code; without a method it counts as plain.`,
    fix: () =>
      'In the client, send code_challenge_method=S256 and the SHA-256 of the verifier as code_challenge.',
    source: rfc(9700, '2.1.1'),
    find: anyOf(
      noted('pkce_plain'),
      requestThat((parameters) => parameters.get('code_challenge_method') !== 'S256'),
    ),
  },
  {
    id: 'pkce_challenge_malformed',
    title: 'code_challenge is malformed',
    says: (evidence) =>
      `The client sends ${value(evidence, 'got') ?? 'a code_challenge of another length'}. An S256 challenge is 43 characters of base64url.`,
    fix: () =>
      'In the client, encode the SHA-256 of the verifier as base64url without padding, not as hex and not as base64.',
    source: rfc(7636, '4.2'),
    find: anyOf(
      noted('pkce_challenge_malformed'),
      requestThat((parameters) => !/^[\w-]{43}$/.test(parameters.get('code_challenge') ?? '')),
    ),
  },
  {
    id: 'resource_mismatch',
    title: 'resource is not the MCP server',
    says: ({ compare }) =>
      `The client asks for a token for ${compare?.got ?? 'another server'}, and this server issues them for ${compare?.expected ?? 'its MCP server'}.${difference(compare)}`,
    fix: () =>
      'In the client, send the resource of the MCP server’s metadata, character by character, or none. Whoever set the client up checks the environment that its URL belongs to.',
    source: thread('anthropics/claude-code', 52871),
    find: otherResource,
  },
  {
    id: 'scope_beyond_client',
    title: 'The client may not ask for this scope',
    says: ({ compare }) =>
      `The client asks for ${compare?.got ?? 'more than it may'}. Its registration allows ${compare?.expected ?? 'less'}: it was made with a token that limits it.`,
    fix: () =>
      'An administrator widens the client’s scopes in the console. In the client, leave scope out to get what is allowed.',
    source: thread('metabase/metabase', 79413),
    find: noted('scope_beyond_client'),
  },
  {
    id: 'scope_unknown',
    title: 'The scope does not exist',
    says: (evidence) =>
      `The client asks for ${scopes(evidence)}, and none of it exists here. Scopes are separated by blanks and spelled exactly.`,
    fix: () =>
      'In the client, take the scopes from the challenge or from scopes_supported of the MCP server’s metadata, or leave scope out.',
    source: rfc(6749, '3.3'),
    find: anyOf(
      noted('scope_unknown'),
      refused(
        (exchange) =>
          oauthErrorOf(exchange)?.error === 'invalid_scope' && {
            values: { got: parametersOf(exchange).get('scope') ?? '' },
          },
        'authorize',
      ),
    ),
  },
  {
    id: 'request_uri_unusable',
    title: 'The pushed request is used up or over',
    says: () =>
      'The browser came with a request_uri that was used before or has expired. A pushed request lives for a minute and works once.',
    fix: () =>
      'In the client, push a new request for every attempt, and open the browser right after.',
    source: rfc(9126, '4'),
    find: redirected('invalid_request_uri'),
  },
  {
    id: 'login_required',
    title: 'Nobody is signed in, and the client forbids asking',
    says: () =>
      'The client sent prompt=none, which forbids every page, and a page is needed: to sign in, or to consent.',
    fix: () => 'In the client, repeat the request without prompt=none, in a browser with a person.',
    source: openidErrors,
    find: anyOf(
      redirected('login_required'),
      redirected('consent_required'),
      redirected('interaction_required'),
    ),
  },
  {
    id: 'sign_in_over',
    title: 'The browser came back to a sign-in that is over',
    says: () =>
      'The page belongs to an attempt that was finished, took longer than an hour, or was begun in another browser.',
    fix: () =>
      'The person closes the page and connects again from inside the app, in one browser that keeps cookies.',
    source: rfc(9700, '4.7'),
    find: anyOf(
      noted('sign_in_over'),
      refused(
        ({ request, response }) =>
          (response?.status === 404 || response?.status === 400) &&
          request.url.includes('/interaction/') &&
          request.method === 'GET',
      ),
    ),
  },
  {
    id: 'stopped_at_authorize',
    title: 'The browser never came to the sign-in page',
    says: () =>
      'The authorization request was accepted, and then no browser came: the client pushed it and opened none, or its browser did not follow.',
    fix: () =>
      'The person opens the address that the app shows in a browser that follows redirects and keeps cookies. In the client, open a browser rather than fetch the address.',
    source: mcpDraft('authorization'),
    find: waitedAt('authorize'),
  },
  {
    id: 'state_missing',
    title: 'The client sends no state',
    isAdvisory: true,
    says: () =>
      'The authorization request has no state. With PKCE that is allowed, and the client can’t tell which of its requests an answer belongs to.',
    fix: () => 'In the client, send a random state and compare it when the person comes back.',
    source: mcp('authorization#open-redirection'),
    find: ({ exchanges, status }) => {
      if (status !== 'completed') return undefined
      const request = exchanges.find(
        (exchange) => exchange.step === 'authorize' && parametersOf(exchange).has('code_challenge'),
      )
      return request && !parametersOf(request).get('state') ? at(request) : undefined
    },
  },
]
