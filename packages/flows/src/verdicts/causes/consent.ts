import type { StoryNote } from '../../story.ts'
import { anyOf, ever, evidenceOf, noted, refused, value, waitedAt } from '../evidence.ts'
import { authorizationRequest, redirectedError } from '../messages.ts'
import { mcp, nistThrottling, rfc, thread } from '../sources.ts'
import { standingNotes } from '../standing.ts'
import type { Cause } from '../verdict.ts'

/** The server said no in the person's place. */
const isForbidden = ({ reason, got }: StoryNote) =>
  reason === 'consent_denied' && got === 'nothing permitted'

/** What the person does, or may not do. */
export const consentCauses: readonly Cause[] = [
  {
    id: 'person_suspended',
    title: 'The person is suspended',
    says: () => 'The person’s password was right, and an administrator has suspended them.',
    fix: () => 'An administrator lifts the suspension in the console under Users, or leaves it.',
    source: rfc(6749, '4.1.2.1'),
    find: anyOf(noted('suspended', 'person_suspended')),
  },
  {
    id: 'sign_in_throttled',
    title: 'Too many wrong passwords',
    says: () =>
      'After several wrong passwords no more are looked at for a while, not even the right one.',
    fix: () => 'The person waits until the time that the page shows, and tries again.',
    source: nistThrottling,
    find: anyOf(
      noted('too_many_attempts', 'sign_in_throttled'),
      refused(({ response }) => response?.status === 429, 'sign_in'),
    ),
  },
  {
    id: 'wrong_password',
    title: 'Email and password do not match',
    says: () =>
      'The person tried to sign in with an email and a password that do not belong together, and did not get further.',
    fix: () =>
      'The person checks both and tries again. On this machine the demo accounts have the password that npm start prints.',
    source: rfc(6749, '3.1'),
    find: anyOf(
      noted('wrong_credentials', 'wrong_password'),
      refused(({ response }) => response?.status === 422, 'sign_in'),
    ),
  },
  {
    id: 'nothing_permitted',
    title: 'The person’s roles permit nothing of it',
    says: (evidence) =>
      `The client asked for ${value(evidence, 'got') ?? 'permissions'} that no role of the person holds in any company, so it was told access_denied and the person was not asked.`,
    fix: () =>
      'An administrator gives the person a role that holds the permissions, in the console under Users. In the client, ask for less.',
    source: rfc(6749, '4.1.2.1'),
    find: (story) => {
      const note = standingNotes(story).findLast(isForbidden)
      const scope = authorizationRequest(story)?.get('scope')
      return note && evidenceOf(story, note, scope ? { values: { got: scope } } : {})
    },
  },
  {
    id: 'consent_denied',
    title: 'The person chose Deny',
    says: () => 'The person read what the client asked for and said no. Nothing was shared.',
    fix: () =>
      'The person connects again from inside the app if it was a mistake. In the client, show that access was denied and offer to try again.',
    source: rfc(6749, '4.1.2.1'),
    find: anyOf(
      noted('consent_denied'),
      refused((exchange) => redirectedError(exchange)?.error === 'access_denied'),
    ),
  },
  {
    id: 'consent_incomplete',
    title: 'The consent page was sent incomplete',
    says: () =>
      'The person pressed Authorize without choosing a company, without confirming that they began this on this computer, or with nothing left that their roles permit there.',
    fix: () => 'The person completes the page and presses Authorize again.',
    source: mcp('security_best_practices#confused-deputy-problem'),
    find: anyOf(
      noted('no_company', 'not_confirmed'),
      refused(({ response }) => response?.status === 422, 'consent'),
    ),
  },
  {
    id: 'sign_in_unanswered',
    title: 'The person never signed in',
    says: () =>
      'The sign-in page was shown and nobody answered it for ten minutes. The window may be behind others, or nobody watches that browser.',
    fix: () =>
      'The person connects again from inside the app. In a test use an account that signs in and consents by itself.',
    source: thread('navikt/mock-oauth2-server', 826),
    find: waitedAt('sign_in'),
  },
  {
    id: 'consent_unanswered',
    title: 'The person never decided',
    says: () => 'The consent page was shown and neither Authorize nor Deny came for ten minutes.',
    fix: () =>
      'The person connects again from inside the app and decides. In a test use an account that consents by itself.',
    source: thread('navikt/mock-oauth2-server', 826),
    find: waitedAt('consent'),
  },
  {
    id: 'code_never_redeemed',
    title: 'The client never redeemed the code',
    says: () =>
      'The person agreed and the browser was sent back to the client with a code. The client never came to the token endpoint: its callback was not reached, or it refused what it got.',
    fix: () =>
      'In the client, check that it still listens at the redirect_uri, and compares state and iss with what it sent. The person looks at the page where the browser ended.',
    source: thread('getsentry/sentry-mcp', 1271),
    find: waitedAt('code'),
  },
  {
    id: 'scope_not_permitted',
    title: 'The person’s role does not hold everything that was asked',
    isAdvisory: true,
    says: (evidence) =>
      `The client asked for ${value(evidence, 'got') ?? 'more than the role holds'}, which the person may not give, so the token is without it.`,
    fix: () =>
      'An administrator gives the person another role in the console under Users, if they shall have it. In the client, read scope in the token’s answer.',
    source: rfc(6749, '3.3'),
    find: ever('scope_not_permitted'),
  },
]
