import type { StoryExchange } from '../../story.ts'
import { anyOf, type Find, noted, refused } from '../evidence.ts'
import { oauthErrorOf, parametersOf } from '../messages.ts'
import { rfc, thread } from '../sources.ts'
import type { Cause } from '../verdict.ts'

const isRefresh = (exchange: StoryExchange) =>
  parametersOf(exchange).get('grant_type') === 'refresh_token'

const refreshError = (error: string): Find =>
  refused((exchange) => isRefresh(exchange) && oauthErrorOf(exchange)?.error === error, 'token')

/** What ended is deleted, so that the server knows the token no more; the story knows which grant it was of. */
const forgotten: Find = (story) =>
  story.grantId === undefined ? undefined : noted('refresh_token_unknown')(story)

/** Why access ends sooner than it should (RFC 6749 section 6). */
export const refreshCauses: readonly Cause[] = [
  {
    id: 'refresh_token_reused',
    title: 'The refresh token was used before',
    says: () =>
      'Each refresh token is used once and replaced. This one came again, later than a lost answer explains. That may be a thief, so everything that came from the same sign-in has ended.',
    fix: () =>
      'In the client, store the new refresh token before anything else, and let one process refresh at a time. The person connects again.',
    source: thread('PrefectHQ/fastmcp', 4901),
    find: noted('refresh_token_reused'),
  },
  {
    id: 'grant_revoked',
    title: 'Access was revoked',
    says: (evidence) =>
      `What the person had granted has ended${by[evidence.values?.got ?? ''] ?? ''}, and with it the tokens.`,
    fix: () =>
      'The person connects again from inside the app, if they want to. In the client, treat invalid_grant at refresh as signed out.',
    source: rfc(7009, '2.1'),
    find: anyOf(noted('grant_revoked'), forgotten),
  },
  {
    id: 'refresh_token_expired',
    title: 'The refresh token has expired',
    says: () =>
      'Nobody used the connection for so long that its refresh token ended, or the grant reached its longest life.',
    fix: () => 'The person connects again from inside the app. In the client, ask them to.',
    source: rfc(6749, '6'),
    find: noted('refresh_token_expired'),
  },
  {
    id: 'refresh_token_of_other_client',
    title: 'The refresh token belongs to another client',
    says: ({ compare }) =>
      `It was issued to ${compare?.expected ?? 'one client'} and is used by ${compare?.got ?? 'another'}. A client that registers anew and keeps its old tokens does that.`,
    fix: () => 'In the client, store tokens together with the client_id that got them.',
    source: rfc(6749, '6'),
    find: noted('refresh_token_of_other_client'),
  },
  {
    id: 'refresh_scope_exceeds',
    title: 'The refresh asks for more than was granted',
    says: ({ compare }) =>
      `The client asks for ${compare?.got ?? 'scopes'} with a refresh token that holds ${compare?.expected ?? 'fewer'}. Only a person can give more.`,
    fix: () =>
      'In the client, leave scope out when it refreshes, and send the person through sign-in for more.',
    source: rfc(6749, '6'),
    find: anyOf(noted('refresh_scope_exceeds'), refreshError('invalid_scope')),
  },
  {
    id: 'refresh_token_unknown',
    title: 'The refresh token is none of this server’s',
    says: () =>
      'Nobody got such a refresh token here, or it is so old that it is forgotten. A test server that keeps nothing forgets all of them when it restarts.',
    fix: () =>
      'In the client, drop the tokens and send the person through sign-in. Whoever runs a test server gives it a DATA_DIR if tokens shall survive.',
    source: thread('PrefectHQ/fastmcp', 2027),
    find: noted('refresh_token_unknown'),
  },
  {
    id: 'refresh_refused',
    title: 'The refresh token was refused',
    says: () =>
      'The token endpoint answered invalid_grant to a refresh: the token has expired, was used before or revoked. The answer does not say which.',
    fix: () =>
      'In the client, send the person through sign-in. Whoever runs the server finds the exact reason under the correlation ID.',
    source: rfc(6749, '5.2'),
    find: refreshError('invalid_grant'),
  },
]

const by: Readonly<Record<string, string>> = {
  person: ' because the person took it back',
  client: ' because the client gave it back',
  administrator: ' because an administrator took it back',
  reuse: ' because a code or refresh token was used twice',
}
