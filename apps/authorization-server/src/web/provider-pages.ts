import type { Database } from '@neonpanel/database/open'
import type { Client, ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { findClient } from '../clients/clients.ts'
import { authorizationFault } from '../errors/authorization-fault.ts'
import { technicalDetails } from '../errors/refusal-page.ts'
import { refusedAuthorization } from '../errors/refused-authorization.ts'
import { errorPage } from './error-page.ts'
import { type Html, html, raw, when } from './html.ts'
import { icon } from './icons.ts'
import { appName, isReviewed } from './identity.ts'
import { authPage, sendPage } from './layout.ts'
import { allowFormAction } from './security-headers.ts'
import { signedOutPage } from './signed-out-page.ts'

/** Routes of the provider that people see; all others answer machines. */
const pages = new Set([
  'authorization',
  'resume',
  'code_verification',
  'device_resume',
  'end_session',
  'end_session_confirm',
  'end_session_success',
])

/** The provider's `renderError`: a page that explains, or JSON whatever `Accept` says (RFC 6749 section 5.2). */
export function renderError(directory: { database: Database; mcpUrl: string }) {
  return async (ctx: KoaContextWithOIDC, out: ErrorOut, { name }: Error): Promise<void> => {
    if (!pages.has(ctx.oidc.route)) {
      ctx.body = out
      return
    }
    const refused = await refusedAuthorization(ctx, { error: out.error, name }, directory)
    const { topic, rule, ...fault } = authorizationFault(refused)
    const page = errorPage({
      ...fault,
      issuer: ctx.oidc.provider.issuer,
      action: { label: 'Go to NeonPanel', href: '/account' },
      correlationId: ctx.response.get('X-Correlation-Id') || undefined,
      technical: technicalDetails(ctx, out, { topic, rule }),
    })
    sendPage(ctx, page, ctx.status)
  }
}

/** The provider's `logoutSource`: an app asks to sign the person out; they decide. */
export function logoutSource(database: Database) {
  return async (ctx: KoaContextWithOIDC, form: string): Promise<void> => {
    const { client, params, provider } = ctx.oidc
    const returnUri = params?.post_logout_redirect_uri
    if (typeof returnUri === 'string') allowFormAction(ctx, returnUri)
    const asker = client ? await nameOf(database, client) : undefined
    sendPage(ctx, logoutPage(provider.issuer, form, asker))
  }
}

/** How a page names an app that the provider only knows by what it says of itself. */
async function nameOf(database: Database, { clientId, clientName }: Client): Promise<string> {
  const listed = await findClient(database, clientId)
  const reviewed = listed !== undefined && isReviewed(listed)
  return appName({ clientId, name: clientName ?? clientId, reviewed })
}

function logoutPage(issuer: string, form: string, asker: string | undefined): Html {
  const asks = asker ? `${asker} asks to sign you out. ` : ''
  return smallPage(issuer, {
    title: 'Sign out of NeonPanel?',
    explanation: `${asks}Apps that you connected keep their access until you revoke it in Connected apps.`,
    body: html`<form class="cluster cluster-fill" method="post" action="${actionOf(form)}">
          ${hiddenFields(form)}
          <button class="button button-large" type="submit">Stay signed in</button>
          <button class="button button-primary button-large" type="submit" name="logout" value="yes">Sign out</button>
        </form>`,
  })
}

/** The provider's `postLogoutSuccessSource`, for whoever has no page of the app to return to. */
export async function postLogoutSuccessSource(ctx: KoaContextWithOIDC): Promise<void> {
  const { provider } = ctx.oidc
  const { accountId } = await provider.Session.get(ctx)
  sendPage(ctx, signedOutPage({ issuer: provider.issuer, stillSignedIn: accountId !== undefined }))
}

/** The provider's `userCodeInputSource` (RFC 8628 section 3.3): the person types what their device shows. */
export function deviceUserCodeInput(
  ctx: KoaContextWithOIDC,
  form: string,
  _out?: ErrorOut,
  error?: Error & { userCode?: string },
): void {
  if (error?.name === 'NotFoundError') ctx.state.unknownUserCode = true
  const problem = error && (codeProblems[error.name] ?? codeProblems.NotFoundError)
  const invalid = error !== undefined && error.name !== 'AbortedError'
  const page = smallPage(ctx.oidc.provider.issuer, {
    title: 'Connect a device',
    explanation: 'Type the code that your device shows. Continue only if you started this there.',
    body: html`${
      problem &&
      html`<div class="alert" data-tone="${invalid ? 'danger' : 'neutral'}" role="alert">
          ${icon(invalid ? 'alert' : 'info')}
          <p>${problem}</p>
        </div>`
    }
        <form class="stack" method="post" action="${actionOf(form)}">
          ${hiddenFields(form)}
          <div class="field">
            <label class="field-label" for="user-code">Code</label>
            <input class="input input-large" id="user-code" name="user_code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus value="${error?.userCode}"${when(invalid, 'aria-invalid="true"')}>
          </div>
          <button class="button button-primary button-large button-block" type="submit">Continue</button>
        </form>`,
  })
  sendPage(ctx, page, error ? ctx.status : 200)
}

const codeProblems: Record<string, string> = {
  NoCodeError: 'Type the code first.',
  NotFoundError: 'That code is not known. Check it and try again.',
  ExpiredError: 'That code has expired. Start again on your device.',
  AlreadyUsedError: 'That code was used before. Start again on your device.',
  AbortedError: 'You denied the device. It has no access.',
}

/** The provider's `userCodeConfirmSource`: codes can be sent by strangers, so the person compares (RFC 8628 section 5.4). */
export function deviceUserCodeConfirm(database: Database) {
  return async (
    ctx: KoaContextWithOIDC,
    form: string,
    client: Client,
    deviceInfo: Record<string, unknown>,
    userCode: string,
  ): Promise<void> => {
    const page = smallPage(ctx.oidc.provider.issuer, {
      title: 'Is this your device?',
      explanation: `${await nameOf(database, client)} waits for you on a device that shows this code. If you did not start it yourself, deny it: somebody may have sent you the code.`,
      body: html`<dl class="facts facts-table">
          ${fact('Code', html`<code>${userCode}</code>`)}
          ${typeof deviceInfo.ip === 'string' && fact('Asked from', html`<code>${deviceInfo.ip}</code>`)}
          ${typeof deviceInfo.ua === 'string' && fact('Program', html`${deviceInfo.ua}`)}
        </dl>
        <form class="cluster cluster-fill" method="post" action="${actionOf(form)}">
          ${hiddenFields(form)}
          <button class="button button-large" type="submit" name="abort" value="yes">Deny</button>
          <button class="button button-primary button-large" type="submit">Continue</button>
        </form>`,
    })
    sendPage(ctx, page)
  }
}

/** The provider's `successSource` of the device flow. */
export function deviceSuccess(ctx: KoaContextWithOIDC): void {
  const page = smallPage(ctx.oidc.provider.issuer, {
    title: 'Your device is connected',
    explanation: 'It goes on by itself. You can close this page.',
    body: html`<div class="cluster cluster-fill">
          <a class="button button-large" href="/account">See your connected apps</a>
        </div>`,
  })
  sendPage(ctx, page)
}

interface SmallPage {
  readonly title: string
  readonly explanation: string
  readonly body: Html
}

function smallPage(issuer: string, { title, explanation, body }: SmallPage): Html {
  return authPage({
    title,
    issuer,
    main: html`<article class="card card-raised auth-card boxed" aria-labelledby="page-title">
      <div class="auth-body stack stack-loose">
        <header class="stack stack-snug">
          <h1 id="page-title">${title}</h1>
          <p class="muted">${explanation}</p>
        </header>
        ${body}
      </div>
    </article>`,
  })
}

const fact = (term: string, description: Html) => html`<div>
            <dt>${term}</dt>
            <dd>${description}</dd>
          </div>`

/** The provider hands over a form of its own: only where it posts to and its hidden fields are used. */
function actionOf(form: string): Html {
  return raw(/ action="([^"]*)"/.exec(form)?.[1] ?? '')
}

function hiddenFields(form: string): Html {
  return raw((form.match(/<input type="hidden"[^>]*>/g) ?? []).join(''))
}
