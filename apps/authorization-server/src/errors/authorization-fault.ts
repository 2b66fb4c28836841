import { isScope, parseScope, resourceScopes } from '@neonpanel/contracts/scopes'
import { differing, type ErrorPage } from '../web/error-page.ts'
import { type Html, html } from '../web/html.ts'
import { pkceProblem } from './pkce.ts'
import { differenceBetween, nearestAddress } from './redirect-mismatch.ts'
import { type ErrorTopic, type Refused, topicOf } from './topics.ts'

/** An authorization request that was refused, with what is known about who sent it. */
export interface RefusedAuthorization extends Refused {
  /** The browser came back to a sign-in that is over. */
  readonly isEnded: boolean
  /** How the page names the app: in quotes unless somebody reviewed it. */
  readonly appName: string | undefined
  readonly isSuspended: boolean
  readonly redirectUris: readonly string[]
  /** Resource scopes that the client may be granted. */
  readonly allowedScopes: readonly string[]
  /** The one resource that tokens are issued for. */
  readonly mcpUrl: string
}

/** What a refused request got wrong: for the person who sees it, and for whoever builds the app. */
export interface AuthorizationFault
  extends Pick<ErrorPage, 'badge' | 'title' | 'explanation' | 'comparison' | 'checks'> {
  readonly topic: ErrorTopic | undefined
  readonly rule?: Rule | undefined
}

interface Rule {
  readonly href: string
  readonly name: string
  readonly says: string
}

const rfc = (number: number, section: string, says: string) => ({
  rule: {
    href: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
    name: `RFC ${number}, section ${section}`,
    says,
  },
})

const stopped = {
  badge: 'Sign-in stopped',
  explanation: 'So we kept you here. Nothing was shared and you are not signed in to the app.',
}
const startAgain = 'Close this tab and connect NeonPanel again from inside the app.'
const strangeLink = 'If you followed a link from an email or a chat, don’t use it again.'

/** The exact mismatch: got, accepted, what to check, and the rule. */
export function authorizationFault(refused: RefusedAuthorization): AuthorizationFault {
  if (refused.isEnded) return endedSignIn
  const topic = topicOf(refused)
  switch (topic) {
    case 'redirect-uri-mismatch':
      return redirectMismatch(refused)
    case 'invalid_client':
      return unusableClient(refused)
    case 'pkce':
      return unusableChallenge(refused)
    case 'unsupported_response_type':
      return unsupportedResponseType(refused)
    case 'invalid_scope':
      return unknownScope(refused)
    case 'invalid_target':
      return otherResource(refused)
    case 'server_error':
      return ourFault
    case 'temporarily_unavailable':
      return { ...ourFault, topic, badge: 'Try again', title: 'NeonPanel is busy for a moment' }
    default:
      return refused.parameters.client_id === undefined && topic === 'invalid_request'
        ? unusableClient(refused)
        : unusableRequest(topic)
  }
}

/** The page of a sign-in that nobody can go on with. */
export const endedSignIn: AuthorizationFault = {
  topic: 'ended-sign-in',
  badge: 'Sign-in stopped',
  title: 'This sign-in has ended',
  explanation:
    'It was finished, it took longer than an hour, or it was started in another browser. Nothing was shared.',
  checks: [
    'Go back to the app and connect NeonPanel again from there.',
    'Finish in the browser in which you started.',
    'If your browser blocks cookies for this site, allow them: they hold your place.',
  ],
}

const ourFault: AuthorizationFault = {
  topic: 'server_error',
  badge: 'Our fault',
  title: 'Something failed on our side',
  explanation: 'Nothing was shared. It is in our log under the ID below.',
  checks: [startAgain, 'If it happens once more, tell us the ID.'],
}

const unusableRequest = (topic: ErrorTopic | undefined): AuthorizationFault => ({
  topic,
  ...stopped,
  title: 'The app’s request can’t be used',
  checks: [
    startAgain,
    'If you build this app, the technical details say which part of the request is wrong.',
  ],
})

function unusableClient({ parameters, isSuspended, appName }: RefusedAuthorization) {
  const clientId = shown(parameters.client_id)
  if (isSuspended) return suspended(appName)
  const checks = [startAgain, strangeLink]
  const { rule } = rfc(6749, '4.1.2.1', 'with an unknown client, the server must not redirect.')
  if (clientId?.startsWith('https://')) {
    return {
      topic: 'client-metadata-document' as const,
      ...stopped,
      title: 'The app’s own description can’t be used',
      comparison: [{ label: 'Described at', value: html`${clientId}` }],
      checks: [
        ...checks,
        'If you build this app, that address must answer JSON with status 200, without a redirect, in at most 5 KB, and its client_id must be the address itself.',
      ],
      rule,
    }
  }
  return {
    topic: 'unknown-client' as const,
    ...stopped,
    title: 'NeonPanel does not know this app',
    comparison: [
      { label: 'Requested', value: clientId ? html`<mark>${clientId}</mark>` : html`no client_id` },
      { label: 'Registered', value: html`no app under this client_id` },
    ],
    checks: [
      ...checks,
      'If you build this app, client_id must be one that was registered here, or the https address of a client metadata document.',
    ],
    rule,
  }
}

function suspended(appName: string | undefined): AuthorizationFault {
  return {
    topic: 'suspended-client',
    ...stopped,
    title: `${appName ?? 'This app'} is suspended`,
    explanation: 'An administrator of NeonPanel stopped it. It has no access to your data.',
    checks: ['If you need the app, ask an administrator, and give them the ID below.'],
  }
}

function redirectMismatch({ parameters, redirectUris, appName }: RefusedAuthorization) {
  const requested = shown(parameters.redirect_uri) ?? ''
  const registered = nearestAddress(requested, redirectUris)
  const others = redirectUris.filter((uri) => uri !== registered)
  return {
    topic: 'redirect-uri-mismatch' as const,
    ...stopped,
    title: `${appName ?? 'The app'} asked us to send you to an address it hasn’t registered`,
    comparison: [
      {
        label: 'Requested',
        value: requested ? differing(requested, registered ?? '') : html`no redirect_uri`,
      },
      ...(registered
        ? [{ label: 'Registered', value: differing(registered, requested) }]
        : [{ label: 'Registered', value: html`none` }]),
      ...others.map((uri) => ({ label: 'Also registered', value: html`${uri}` })),
    ],
    checks: [
      startAgain,
      strangeLink,
      `If you build this app, the two addresses must be the same, character by character.${registered && requested ? ` ${differenceBetween(requested, registered)}` : ''}`,
    ],
    ...rfc(6749, '3.1.2.4', 'with an invalid redirect_uri, the server must not redirect.'),
  }
}

function unusableChallenge({ parameters }: RefusedAuthorization): AuthorizationFault {
  const problem = pkceProblem(parameters)
  return {
    topic: 'pkce',
    ...stopped,
    title: 'The app can’t prove that it started this sign-in',
    comparison: [
      { label: 'Requested', value: html`<mark>${shown(problem?.got)}</mark>` },
      { label: 'Needed', value: html`code_challenge of 43 characters, code_challenge_method=S256` },
    ],
    checks: [
      'Update the app, then connect NeonPanel again from inside it.',
      `If you build this app, turn PKCE on. ${problem?.says}`,
    ],
    ...rfc(7636, '4.4.1', 'a server that requires PKCE refuses a request without it.'),
  }
}

function unsupportedResponseType({ parameters }: RefusedAuthorization): AuthorizationFault {
  return {
    topic: 'unsupported_response_type',
    ...stopped,
    title: 'The app asked for a kind of sign-in that we don’t offer',
    comparison: [
      { label: 'Requested', value: mismatch('response_type', parameters.response_type, 'code') },
      { label: 'Supported', value: html`response_type=code` },
    ],
    checks: [
      startAgain,
      'If you build this app, use the authorization code flow. The implicit and hybrid flows put tokens into addresses.',
    ],
    ...rfc(9700, '2.1.2', 'clients use response_type=code.'),
  }
}

function unknownScope({ parameters, allowedScopes }: RefusedAuthorization): AuthorizationFault {
  const asked = parseScope(shown(parameters.scope))
  const isAllowed = (scope: string) => allowedScopes.includes(scope)
  const value = asked.map(
    (scope, index) =>
      html`${index > 0 && ' '}${isAllowed(scope) ? scope : html`<mark>${scope}</mark>`}`,
  )
  const isBeyond = asked.some((scope) => isScope(scope) && !isAllowed(scope))
  return {
    topic: 'invalid_scope',
    ...stopped,
    title: isBeyond
      ? 'The app asked for more than it may ever be given'
      : 'The app asked for permissions that don’t exist',
    comparison: [
      { label: 'Requested', value: html`${value}` },
      { label: isBeyond ? 'Allowed' : 'Supported', value: html`${allowedScopes.join(' ')}` },
    ],
    checks: [
      startAgain,
      'If you build this app, leave scope out to get all that reads, or use these names, separated by blanks.',
    ],
    ...rfc(6749, '3.3', 'the server may ignore or refuse a scope that it does not know.'),
  }
}

function otherResource({ parameters, mcpUrl }: RefusedAuthorization): AuthorizationFault {
  const requested = [parameters.resource]
    .flat()
    .map(shown)
    .find((one) => one && one !== mcpUrl)
  return {
    topic: 'invalid_target',
    ...stopped,
    title: 'The app asked for access to another server',
    comparison: [
      {
        label: 'Requested',
        value: requested ? differing(requested, mcpUrl) : html`several resources`,
      },
      { label: 'Served', value: differing(mcpUrl, requested ?? '') },
    ],
    checks: [
      startAgain,
      'If you build this app, send the resource of the MCP server’s own metadata, or none.',
    ],
    ...rfc(8707, '2', 'an unknown resource is refused with invalid_target.'),
  }
}

function mismatch(parameter: string, value: unknown, wanted: string): Html {
  const got = shown(value)
  return got ? html`${parameter}=${differing(got, wanted)}` : html`no ${parameter}`
}

/** A page shows what was sent, as far as it can be read. */
function shown(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  return value.length > 500 ? `${value.slice(0, 500)}…` : value
}

/** Resource scopes of a client without a ceiling. */
export const everyScope: readonly string[] = resourceScopes
