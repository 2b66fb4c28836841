import type { Story } from '@neonpanel/flows/story'
import { diagnose } from '@neonpanel/flows/verdicts/diagnose'
import { fetchStandard, mcp, rfc, thread } from '@neonpanel/flows/verdicts/sources'
import type { Cause, Evidence, Verdict } from '@neonpanel/flows/verdicts/verdict'

/** A cause that no server can find. */
export type ClientCause = Pick<Cause, 'id' | 'title' | 'says' | 'source'> & { fix: string }

const got = ({ values }: Evidence) => values?.got ?? 'something else'
const expected = ({ values }: Evidence) => values?.expected ?? 'what was asked for'

/** What only the client sees: servers know nothing of it. */
export const clientCauses: readonly ClientCause[] = [
  {
    id: 'challenge_status',
    title: 'The server does not answer 401',
    says: (evidence) =>
      `Asked without a token, the MCP server answered ${got(evidence)}. Clients begin to sign in on HTTP 401 and on nothing else, so this one never starts.`,
    fix: 'On the server, answer a request without a valid token with status 401 and WWW-Authenticate: Bearer.',
    source: rfc(6750, '3'),
  },
  {
    id: 'client_id_needed',
    title: 'The server offers no way in that this client knows',
    says: (evidence) =>
      `The client knows ${expected(evidence)}, and the server’s metadata offers none of the first ones.`,
    fix: 'Register the client by hand and enter its id, or have the server offer client metadata documents or registration.',
    source: mcp('authorization#client-registration-approaches'),
  },
  {
    id: 'browser_did_not_return',
    title: 'The browser did not come back',
    says: () =>
      'The person was sent to the authorization server, which did not send their browser back to the client.',
    fix: 'Read the page that the browser stayed at. Where it names client_id or redirect_uri, register the client with exactly this redirect URI; an authorization server must not redirect to an address it does not know.',
    source: rfc(6749, '4.1.2.1'),
  },
  {
    id: 'callback_elsewhere',
    title: 'The browser was sent somewhere else',
    says: (evidence) =>
      `The browser ended at ${got(evidence)}; the client waits at ${expected(evidence)}.`,
    fix: 'On the authorization server, send the browser to the redirect_uri of the request, unchanged.',
    source: rfc(6749, '4.1.2'),
  },
  {
    id: 'state_mismatch',
    title: 'state came back changed',
    says: (evidence) =>
      `The answer carries ${got(evidence)}. The client can’t tell it from an answer that somebody else planted, and drops it.`,
    fix: 'On the authorization server, return state exactly as it was sent, in errors as well.',
    source: rfc(6749, '10.12'),
  },
  {
    id: 'iss_missing',
    title: 'The answer does not name its issuer',
    says: () =>
      'The metadata announces iss in authorization responses, and this one has none. The client has to drop it.',
    fix: 'On the authorization server, add iss to every authorization response, errors included, or do not announce it.',
    source: rfc(9207, '2.4'),
  },
  {
    id: 'iss_mismatch',
    title: 'The answer names another issuer',
    says: (evidence) =>
      `The answer is from ${got(evidence)}; the client asked ${expected(evidence)} (a mix-up of servers, or an attack).`,
    fix: 'On the authorization server, send as iss the issuer of the metadata, character by character.',
    source: rfc(9207, '2.4'),
  },
  {
    id: 'cors_refused',
    title: 'The browser keeps the answer from the page (CORS)',
    says: (evidence) =>
      `The page’s browser got ${got(evidence)} where ${expected(evidence)} is needed. The page sees only a network error.`,
    fix: 'On the server, answer preflights and requests with the origin, methods and headers that MCP clients use, at every endpoint that pages call.',
    source: fetchStandard,
  },
  {
    id: 'refresh_race_lost',
    title: 'The client’s processes lost the session to each other',
    says: (evidence) =>
      `Several processes of one client renewed with the same refresh token at one moment, and ${got(evidence)}. Where reuse ends the family, none of their tokens is good any more.`,
    fix: 'On the authorization server, answer a repeated refresh within a short leeway (REFRESH_LEEWAY_SECONDS) as the first one. In the client, renew in one process and share the result.',
    source: thread('anthropics/claude-code', 85236),
  },
  {
    id: 'endpoint_event_missing',
    title: 'The stream does not say where to send messages',
    says: (evidence) => `The stream began with ${got(evidence)} in place of the event endpoint.`,
    fix: 'On the server, send event: endpoint first, with the URL for messages.',
    source: mcp('transports#backwards-compatibility'),
  },
]

/** Why a persona's attempt ended as it did: what only the client knows, else what the story shows. */
export function explain(story: Story): Verdict | undefined {
  const note = story.notes.at(-1)
  const cause =
    story.status === 'completed' ? undefined : clientCauses.find(({ id }) => id === note?.reason)
  if (!cause || !note) return diagnose(story)
  const values = {
    ...(note.got !== undefined && { got: note.got }),
    ...(note.expected !== undefined && { expected: note.expected }),
  }
  const evidence: Evidence = {
    step: note.step,
    values,
    ...(note.got !== undefined &&
      note.expected !== undefined && { compare: { got: note.got, expected: note.expected } }),
  }
  const { id, title, fix, source } = cause
  return { cause: id, title, says: cause.says(evidence), fix, source, evidence }
}
