import { anyOf, noted, refused, value, waitedAt } from '../evidence.ts'
import { header, member, oauthErrorOf, texts } from '../messages.ts'
import { rfc, thread } from '../sources.ts'
import type { Cause, Evidence } from '../verdict.ts'

const atRegistration = (error: string) =>
  refused((exchange) => {
    const found = oauthErrorOf(exchange)
    return found?.error === error && { values: { got: found.description ?? error } }
  }, 'register')

function because(evidence: Evidence): string {
  const got = value(evidence, 'got')?.replace(/\.$/, '')
  return got ? `: ${got}` : ''
}

/** How registration goes wrong (RFC 7591), the initial access token first: it is judged first. */
export const registrationCauses: readonly Cause[] = [
  {
    id: 'initial_access_token_missing',
    title: 'Registration needs an initial access token',
    says: () =>
      'The client asked to be registered without an initial access token. This server registers only who brings one. Most MCP clients can’t send one.',
    fix: () =>
      'An administrator mints one in the console and registers the client with it, or gives the app a client_id that is known already. For tests REGISTRATION_MODE=open lets everybody register.',
    source: thread('modelcontextprotocol/typescript-sdk', 772),
    find: anyOf(
      noted('initial_access_token_missing'),
      refused(
        ({ request, response }) =>
          (response?.status === 401 || response?.status === 400) &&
          request.method === 'POST' &&
          header(request.headers, 'authorization') === undefined &&
          header(response.headers, 'www-authenticate') !== undefined,
        'register',
      ),
    ),
  },
  {
    id: 'initial_access_token_expired',
    title: 'The initial access token has expired',
    says: ({ compare }) =>
      `The token with which the client wanted to register ended ${compare ? `at ${compare.expected}, and came at ${compare.got}` : 'before it was used'}. Such tokens live for minutes.`,
    fix: () =>
      'An administrator mints a new initial access token, with a longer life if needed. In the client, register right after getting it.',
    source: rfc(7591, '3'),
    find: noted('initial_access_token_expired'),
  },
  {
    id: 'initial_access_token_used_up',
    title: 'The initial access token is used up',
    says: ({ compare }) =>
      `The token was good for ${compare?.expected ?? 'so many registrations'}, and all of them were made.`,
    fix: () =>
      'An administrator mints a new initial access token, for several uses if several clients register. In the client, keep the client_id of the first registration.',
    source: rfc(7591, '3'),
    find: noted('initial_access_token_used_up'),
  },
  {
    id: 'initial_access_token_revoked',
    title: 'The initial access token was revoked',
    says: () => 'An administrator took the token back before it was used.',
    fix: () => 'An administrator mints a new one, if the client shall be registered at all.',
    source: rfc(7591, '3'),
    find: noted('initial_access_token_revoked'),
  },
  {
    id: 'initial_access_token_scope',
    title: 'The initial access token is not for registering',
    says: ({ compare }) =>
      `The token carries ${compare?.got || 'no scope'} where ${compare?.expected ?? 'dcr.create'} is needed.`,
    fix: () => 'An administrator mints an initial access token in the console; it has the scope.',
    source: rfc(6750, '3.1'),
    find: anyOf(noted('initial_access_token_scope'), atRegistration('insufficient_scope')),
  },
  {
    id: 'initial_access_token_host',
    title: 'The initial access token allows other redirect hosts',
    says: ({ compare }) =>
      `The client wants to be redirected to ${compare?.got ?? 'a host'}, and its token was minted for ${compare?.expected ?? 'others'} alone.`,
    fix: () =>
      'An administrator mints a token that allows the host. In the client, register only redirect addresses on allowed hosts.',
    source: rfc(7591, '5'),
    find: noted('initial_access_token_host'),
  },
  {
    id: 'initial_access_token_invalid',
    title: 'The initial access token is not one of this server',
    says: (evidence) =>
      `The client presented a token that is none of this server’s initial access tokens${because(evidence)}. Access tokens do not count here, nor tokens of another environment.`,
    fix: () =>
      'In the client, send the initial access token of this server, whole and without quotes, as Authorization: Bearer.',
    source: rfc(7591, '3'),
    find: anyOf(
      noted('initial_access_token_invalid'),
      refused(({ response }) => response?.status === 401, 'register'),
    ),
  },
  {
    id: 'registration_off',
    title: 'Registration is switched off',
    says: () =>
      'The client asked to be registered, and this server has no registration endpoint; its metadata names none.',
    fix: () =>
      'An administrator registers the client in the console and enters its client_id in the app, or starts the server with another REGISTRATION_MODE.',
    source: rfc(7591, '3'),
    find: refused(
      ({ request, response }) => response?.status === 404 && request.method === 'POST',
      'register',
    ),
  },
  {
    id: 'registration_redirect_refused',
    title: 'A redirect_uri can’t be registered',
    says: (evidence) =>
      `The registration names an address that is not accepted${because(evidence)}.`,
    fix: () =>
      'In the client, register absolute addresses without a fragment: https for web pages, http for this machine alone, or a scheme of the app’s own.',
    source: rfc(7591, '3.2.2'),
    find: atRegistration('invalid_redirect_uri'),
  },
  {
    id: 'software_statement_refused',
    title: 'Software statements are not accepted',
    says: () =>
      'The registration carries a software_statement. Nobody here vouches for statements, so that they are refused rather than ignored.',
    fix: () => 'In the client, leave software_statement out.',
    source: rfc(7591, '2.3'),
    find: anyOf(
      atRegistration('unapproved_software_statement'),
      atRegistration('invalid_software_statement'),
    ),
  },
  {
    id: 'registration_metadata_refused',
    title: 'The client’s metadata was refused',
    says: (evidence) => `One member of the registration can’t be accepted${because(evidence)}.`,
    fix: () =>
      'In the client, change or leave out the member that is named; a public client needs client_name, redirect_uris and token_endpoint_auth_method: none.',
    source: rfc(7591, '3.2.2'),
    find: atRegistration('invalid_client_metadata'),
  },
  {
    id: 'stopped_after_registration',
    title: 'The client registered and never asked for authorization',
    says: (evidence) =>
      `The client got a client_id and then sent nobody to sign in.${value(evidence, 'redirects') === '' ? ' It was registered without a redirect_uri.' : ''} Either it could not open a browser, or it did not like the answer.`,
    fix: () =>
      'In the client, look at its log for what it misses in the registration’s answer, and whether a browser can be opened where it runs.',
    source: thread('anthropics/claude-ai-mcp', 913),
    find: (story) => {
      const evidence = waitedAt('register')(story)
      const answer = story.exchanges.findLast(({ step }) => step === 'register')?.response?.body
      return (
        evidence && {
          ...evidence,
          values: { redirects: texts(member(answer, 'redirect_uris')).join(' ') },
        }
      )
    },
  },
]
