import { now } from '@neonpanel/process/clock'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { ErrorPage } from '../web/error-page.ts'
import { html } from '../web/html.ts'
import { time } from '../web/time.ts'
import type { AuthorizationFault } from './authorization-fault.ts'
import { errorUri } from './topics.ts'

interface Out {
  readonly error: string
  readonly error_description?: string | undefined
}

/** The rows of an error page for whoever builds the app: the exact values, the rule, and where to read more. */
export function technicalDetails(
  { method, path, oidc }: KoaContextWithOIDC,
  { error, error_description: description }: Out,
  { rule, topic }: Pick<AuthorizationFault, 'rule' | 'topic'>,
): NonNullable<ErrorPage['technical']> {
  const clientId = oidc.params?.client_id
  const help = errorUri('', topic)
  return [
    { label: 'Error', value: html`<code>${error}</code>` },
    ...(description ? [{ label: 'Description', value: description }] : []),
    { label: 'Endpoint', value: html`<code>${method} ${path}</code>` },
    ...(typeof clientId === 'string'
      ? [{ label: 'Client ID', value: html`<code>${clientId}</code>` }]
      : []),
    { label: 'Time', value: time(now()) },
    ...(rule
      ? [{ label: 'Rule', value: html`<a href="${rule.href}">${rule.name}</a>: ${rule.says}` }]
      : []),
    {
      label: 'More',
      value: html`<a href="${help}">What this error means, and its usual causes</a>`,
    },
  ]
}
