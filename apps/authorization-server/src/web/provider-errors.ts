import { now } from '@neonpanel/process/clock'
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { differing, type ErrorPage } from './error-page.ts'
import { html } from './html.ts'
import { time } from './time.ts'

type Explanation = Pick<ErrorPage, 'badge' | 'title' | 'explanation' | 'checks' | 'comparison'> & {
  readonly rule?: { readonly href: string; readonly name: string; readonly says: string }
}

const notYou = 'So we kept you here. Nothing was shared and you are not signed in to the app.'
const startAgain = 'Close this tab and connect NeonPanel again from inside the app.'

/** What an error of the provider means for the person who sees it, and for whoever builds the app. */
export function explainProviderError(
  ctx: KoaContextWithOIDC,
  out: ErrorOut,
  error: Error,
): Omit<ErrorPage, 'issuer' | 'correlationId'> {
  const { rule, ...explanation } = explain(ctx, out, error)
  const clientId = ctx.oidc.params?.client_id
  return {
    ...explanation,
    action: { label: 'Go to NeonPanel', href: '/account' },
    technical: [
      { label: 'Error', value: html`<code>${out.error}</code>` },
      ...(out.error_description ? [{ label: 'Description', value: out.error_description }] : []),
      { label: 'Endpoint', value: html`<code>${ctx.method} ${ctx.path}</code>` },
      ...(typeof clientId === 'string'
        ? [{ label: 'Client ID', value: html`<code>${clientId}</code>` }]
        : []),
      { label: 'Time', value: time(now()) },
      ...(rule
        ? [{ label: 'Rule', value: html`<a href="${rule.href}">${rule.name}</a>: ${rule.says}` }]
        : []),
    ],
  }
}

function explain(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): Explanation {
  if (error.name === 'SessionNotFound') return ended
  switch (out.error) {
    case 'invalid_redirect_uri':
      return unregisteredRedirect(ctx)
    case 'invalid_client':
      return unknownClient
    case 'server_error':
      return ourFault
    case 'temporarily_unavailable':
      return { ...ourFault, badge: 'Try again', title: 'NeonPanel is busy for a moment' }
    default:
      return {
        badge: 'Sign-in stopped',
        title: 'The app’s request can’t be used',
        explanation: notYou,
        checks: [
          startAgain,
          'If you build this app, the technical details say which part of the request is wrong.',
        ],
      }
  }
}

const ended: Explanation = {
  badge: 'Sign-in stopped',
  title: 'This sign-in has ended',
  explanation:
    'It was finished, it took longer than an hour, or it was started in another browser. Nothing was shared.',
  checks: [
    'Go back to the app and connect NeonPanel again from there.',
    'If your browser blocks cookies for this site, allow them: they hold your place.',
  ],
}

const ourFault: Explanation = {
  badge: 'Our fault',
  title: 'Something failed on our side',
  explanation: 'Nothing was shared. It is in our log under the ID below.',
  checks: [startAgain, 'If it happens once more, tell us the ID.'],
}

const unknownClient: Explanation = {
  badge: 'Sign-in stopped',
  title: 'NeonPanel does not know this app',
  explanation: notYou,
  checks: [
    startAgain,
    'If you followed a link from an email or a chat, don’t use it again.',
    'If you build this app, client_id must be one that was registered here, or the https address of a client metadata document.',
  ],
  rule: {
    href: 'https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1',
    name: 'RFC 6749, section 4.1.2.1',
    says: 'with an unknown client, the server must not redirect.',
  },
}

function unregisteredRedirect({ oidc }: KoaContextWithOIDC): Explanation {
  const requested = String(oidc.params?.redirect_uri ?? '')
  const registered = nearest(requested, oidc.client?.redirectUris ?? [])
  const name = oidc.client?.clientName
  return {
    badge: 'Sign-in stopped',
    title: `${name ? `“${name}”` : 'The app'} asked us to send you to an address it hasn’t registered`,
    explanation: notYou,
    ...(registered && {
      comparison: [
        { label: 'Requested', value: differing(requested, registered) },
        { label: 'Registered', value: differing(registered, requested) },
      ],
    }),
    checks: [
      startAgain,
      'If you followed a link from an email or a chat, don’t use it again.',
      `If you build this app, the two addresses must be the same, character by character.${registered ? ` ${differenceBetween(requested, registered)}` : ''}`,
    ],
    rule: {
      href: 'https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2.4',
      name: 'RFC 6749, section 3.1.2.4',
      says: 'with an invalid redirect_uri, the server must not redirect.',
    },
  }
}

/** The registered address that begins most like the requested one. */
function nearest(requested: string, registered: readonly string[]): string | undefined {
  const alike = (uri: string) => {
    const end = [...uri].findIndex((character, index) => character !== requested[index])
    return end === -1 ? uri.length : end
  }
  return [...registered].sort((a, b) => alike(b) - alike(a))[0]
}

/** Names the part in which two addresses differ, where there is a name for it. */
export function differenceBetween(requested: string, registered: string): string {
  if (!URL.canParse(requested)) return 'Here the requested value is not a URL.'
  const a = new URL(requested)
  const b = new URL(registered)
  if (a.protocol !== b.protocol) return 'Here the scheme differs.'
  if (a.hostname !== b.hostname) return 'Here the host differs.'
  if (a.port !== b.port) return 'Here the port differs.'
  if (a.pathname !== b.pathname) {
    const slash = a.pathname.replace(/\/$/, '') === b.pathname.replace(/\/$/, '')
    return slash ? 'Here a trailing slash differs.' : 'Here the path differs.'
  }
  if (a.search !== b.search) return 'Here the query differs.'
  return a.hash === b.hash ? 'Here the spelling differs.' : 'Here the fragment differs.'
}
