import type { Database } from '@neonpanel/database/open'
import type { Context, Middleware } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { findClient, isTrustedClient } from '../clients/clients.ts'
import { authorizationFault } from '../errors/authorization-fault.ts'
import { technicalDetails } from '../errors/refusal-page.ts'
import { refusedAuthorization } from '../errors/refused-authorization.ts'
import { errorPage } from '../web/error-page.ts'
import { type Html, raw } from '../web/html.ts'
import { sendPage } from '../web/layout.ts'
import { allowFormAction } from '../web/security-headers.ts'

/**
 * An error that would send the browser straight on to a client that nobody vouches for, by redirect or by a form that posts
 * itself, is shown on a page of ours first, unless somebody is signed in: otherwise anybody could register a client and borrow
 * this host's good name for a link that leads anywhere (OAuth 2.1 section 7.13.2, RFC 9700 section 4.11.2).
 */
export function holdErrorRedirects(options: HoldOptions): Middleware {
  return async function holdErrorRedirect(ctx, next) {
    await next()
    const answer = errorAnswer(ctx, options.issuer)
    if (!answer) return
    const { oidc } = ctx as unknown as KoaContextWithOIDC
    if (oidc.session?.accountId) return
    const client = oidc.client && (await findClient(options.database, oidc.client.clientId))
    if (isTrustedClient(client)) return
    ctx.remove('Location')
    const page = await interstitial(ctx as unknown as KoaContextWithOIDC, options, answer)
    if (answer.fields) allowFormAction(ctx, answer.destination.href)
    sendPage(ctx, page, 400)
  }
}

interface HoldOptions {
  readonly database: Database
  readonly issuer: string
  readonly mcpUrl: string
}

/** An error on its way to a client. */
interface ErrorAnswer {
  readonly destination: URL
  readonly error: string
  readonly description: string
  /** The hidden inputs of a form that posts itself; undefined for a redirect. */
  readonly fields?: Html
}

function errorAnswer(ctx: Context, issuer: string): ErrorAnswer | undefined {
  const { oidc } = ctx as Partial<KoaContextWithOIDC>
  if (oidc?.route !== 'authorization') return undefined
  const location = ctx.response.get('Location')
  const found = location ? redirectedError(location) : postedError(ctx.body)
  return found?.error && found.destination.origin !== issuer ? found : undefined
}

function redirectedError(location: string): ErrorAnswer | undefined {
  if (!URL.canParse(location)) return undefined
  const destination = new URL(location)
  const { searchParams, hash } = destination
  const parameters = searchParams.has('error') ? searchParams : new URLSearchParams(hash.slice(1))
  return {
    destination,
    error: parameters.get('error') ?? '',
    description: parameters.get('error_description') ?? '',
  }
}

/** `response_mode=form_post`: the provider's page is a form of hidden inputs, all escaped by it. */
function postedError(body: unknown): ErrorAnswer | undefined {
  if (typeof body !== 'string') return undefined
  const action = unescaped(/<form method="post" action="([^"]*)"/.exec(body)?.[1] ?? '')
  if (!URL.canParse(action)) return undefined
  const inputs = body.match(/<input type="hidden"[^>]*>/g) ?? []
  const inputValue = (name: string) => {
    const input = inputs.find((one) => one.includes(` name="${name}"`))
    return unescaped(/ value="([^"]*)"/.exec(input ?? '')?.[1] ?? '')
  }
  return {
    destination: new URL(action),
    error: inputValue('error'),
    description: inputValue('error_description'),
    fields: raw(inputs.join('')),
  }
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }

function unescaped(text: string): string {
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (whole, name) => entities[name] ?? whole)
}

async function interstitial(
  ctx: KoaContextWithOIDC,
  options: HoldOptions,
  { destination, fields, error, description }: ErrorAnswer,
) {
  const place = destination.host || destination.protocol
  const refused = await refusedAuthorization(ctx, { error }, options)
  const { topic, rule, comparison, checks } = authorizationFault(refused)
  return errorPage({
    issuer: options.issuer,
    badge: 'Stopped here',
    title: 'This app’s request can’t be used',
    explanation: `${refused.appName ?? 'An app'} sent you here with a request that we refuse. We have not reviewed this app. Only continue if you know ${place}.`,
    ...(comparison && { comparison }),
    ...(checks && { checks }),
    action: { label: `Continue to ${place}`, href: destination.href, ...(fields && { fields }) },
    correlationId: ctx.state.correlationId,
    technical: [
      ...technicalDetails(ctx, { error, error_description: description }, { topic, rule }),
      { label: 'Sends you to', value: `${destination.origin}${destination.pathname}` },
    ],
  })
}
