import type { IdentityScope } from '@neonpanel/contracts/scopes'
import type { Person } from '../people/directory.ts'
import { csrfField } from '../web/forms.ts'
import { breakable, type Html, html, when } from '../web/html.ts'
import { icon } from '../web/icons.ts'
import { appMark, appName, avatar } from '../web/identity.ts'
import { authPage, brandMark, type Step } from '../web/layout.ts'
import type { ConsentChoice, ConsentRequest, ConsentView } from './consent.ts'
import { companiesStay, companyChoice, grantedList, scopeGroup } from './consent-parts.ts'
import { type Destination, placeOf, type RequestingApp } from './requesting-app.ts'

export interface ConsentPage {
  readonly issuer: string
  /** Where the form posts to, and where `Switch account` leads. */
  readonly action: string
  readonly csrf: string
  readonly app: RequestingApp
  readonly person: Person
  readonly request: ConsentRequest
  readonly view: ConsentView
  /** How long the grant lasts at most. */
  readonly lastsDays: number
  /** What the person had chosen, and why the page is shown again. */
  readonly again?: { readonly choice: ConsentChoice; readonly problem: string } | undefined
}

/** Who asks, for what, for which companies, and what happens then: all on one screen, before one of two buttons. */
export function consentPage(page: ConsentPage): Html {
  const { app, request, view, again } = page
  const title = titleOf(page)
  const main = html`<form class="consent card card-raised" method="post" action="${page.action}" aria-labelledby="consent-title">
      ${csrfField(page.csrf)}
      <input type="hidden" name="step" value="consent">
      ${request.earlier && html`<input type="hidden" name="adds_to" value="${request.earlier.id}">`}

      ${who(page, title)}

      <section class="consent-what" aria-labelledby="what-title">
        ${again && problemAlert(again.problem)}
        ${!app.trusted && unreviewedAlert(page)}
        <header>
          <h2 id="what-title">${request.earlier ? 'Choose what to add' : 'Choose what it may do'}</h2>
          <p class="small">${introduction(page)}</p>
        </header>
        ${view.groups.map((group) => scopeGroup(group, request.earlier !== undefined))}
        ${request.earlier && grantedList(request.earlier)}
        ${request.scopes.length > 0 && (request.earlier ? companiesStay(request) : companyChoice(request, again?.choice.companies))}
      </section>

      ${whatHappensNext(page)}

      <div class="consent-actions">
        <p class="small">${view.asked > 0 && html`<span class="count"></span> of ${view.asked} ${request.earlier && 'new '}permission${view.asked === 1 ? '' : 's'} ticked`}</p>
        <button class="button button-large" type="submit" name="decision" value="deny" formnovalidate>Deny</button>
        <button class="button button-primary button-large" type="submit" name="decision" value="authorize">Authorize</button>
      </div>
    </form>`
  return authPage({
    title: request.earlier ? `${appName(app)} asks for more` : `${appName(app)} wants access`,
    issuer: page.issuer,
    steps: consentSteps(app.destination),
    main,
  })
}

function titleOf({ app, request, view }: ConsentPage): string {
  const name = app.reviewed ? app.name : `An app calling itself ${appName(app)}`
  if (!request.earlier) return `${name} wants to access your NeonPanel data`
  return `${name} asks for ${view.asked} more permission${view.asked === 1 ? '' : 's'}`
}

function consentSteps(destination: Destination): Step[] {
  return [
    { label: 'Sign in', state: 'done' },
    { label: 'Review access', state: 'current' },
    { label: `Back to ${placeOf(destination)}`, state: 'ahead' },
  ]
}

function who({ app, person, request, action }: ConsentPage, title: string): Html {
  return html`<section class="consent-who"${when(!app.trusted, 'data-tone="warn"')}>
        <div class="handshake" aria-hidden="true">
          ${appMark(app, 'large')}
          <span class="handshake-line"></span>
          <span class="app-mark app-mark-large">${brandMark}</span>
        </div>
        <div class="stack stack-snug">
          <h1 id="consent-title">${title}</h1>
          <p class="cluster">${standing(app)} <span class="faint">${app.standing.note}</span></p>
        </div>
        <dl class="facts">
          ${
            app.documentUrl &&
            fact(
              'Identified by',
              html`<p><strong>${new URL(app.documentUrl).host}</strong></p>
              <code>${breakable(app.documentUrl)}</code>`,
            )
          }
          ${fact(app.destination.kind === 'device' ? 'Connects' : 'Sends you back to', destination(app.destination))}
          ${request.identityScopes.length > 0 && fact('Also learns', html`<p>${identitySentence(request.identityScopes)}</p>`)}
          ${fact(
            'Signed in as',
            html`<div class="identity">
                ${avatar(person.name)}
                <p><strong class="truncate">${person.name}</strong><span class="small truncate">${person.email}</span></p>
              </div>
              <p class="small">Not you? <a href="${action}?switch=1">Switch account</a></p>`,
          )}
        </dl>
      </section>`
}

const fact = (term: string, description: Html) => html`<div>
            <dt>${term}</dt>
            <dd>
              ${description}
            </dd>
          </div>`

function standing({ reviewed, trusted, standing: { badge } }: RequestingApp): Html {
  if (reviewed)
    return html`<span class="badge" data-tone="ok">${icon('shield-check')}${badge}</span>`
  if (trusted) return html`<span class="badge">${icon('ticket')}${badge}</span>`
  return html`<span class="badge" data-tone="warn">${icon('shield-alert')}${badge}</span>`
}

function destination(to: Destination): Html {
  if (to.kind === 'device') return html`<p><strong>The device</strong> that showed you the code</p>`
  const names = {
    site: html`<strong>${to.host}</strong>`,
    'this-computer': html`<strong>This computer</strong> (${to.host})`,
    'local-app': html`<strong>An app on this device</strong> (${to.host})`,
  }
  return html`<p>${names[to.kind]}</p>
              <code>${breakable(to.redirectUri)}</code>`
}

const facts: Record<Exclude<IdentityScope, 'offline_access'>, string> = {
  openid: 'your NeonPanel ID',
  profile: 'your name',
  email: 'your email address',
}
const list = new Intl.ListFormat('en-GB', { type: 'conjunction' })

function identitySentence(scopes: readonly IdentityScope[]): string {
  const learned = scopes.flatMap((scope) => (scope === 'offline_access' ? [] : [facts[scope]]))
  const learns = list.format(learned)
  const sentences = [
    learns && `${learns.charAt(0).toUpperCase()}${learns.slice(1)}.`,
    scopes.includes('offline_access') && 'It stays connected when you’re away.',
  ]
  return sentences.filter(Boolean).join(' ')
}

const problemAlert = (problem: string) => html`<div class="alert" data-tone="danger" role="alert">
          ${icon('alert')}
          <p>${problem}</p>
        </div>`

function unreviewedAlert({ app, request, again }: ConsentPage): Html {
  const unknownProgram =
    'Any program on this computer could be waiting at that address, so continue only if you started this sign-in yourself, just now.'
  const cautions = {
    site: `Continue only if you know ${placeOf(app.destination)} and expected to be here.`,
    'this-computer': unknownProgram,
    'local-app': unknownProgram,
    device: 'Continue only if you started this yourself, just now, on a device in front of you.',
  }
  return html`<div class="alert" data-tone="warn">
          ${icon('shield-alert')}
          <div class="stack stack-snug">
            <p><strong>NeonPanel has not reviewed this app</strong>Its name and details are its own words. ${cautions[app.destination.kind]}</p>
            ${
              request.mustConfirmStart &&
              html`<div class="check">
              <input class="check-box" id="started" type="checkbox" name="started_by_me" value="1" required${when(again?.choice.startedByMe === true, 'checked')}>
              <label for="started">I started this sign-in on this computer</label>
            </div>`
            }
          </div>
        </div>`
}

function introduction({ app, request, view }: ConsentPage): string {
  if (request.earlier) return 'What you granted before stays as it is.'
  if (view.asked === 0) return 'It asks for none of your business data.'
  return app.trusted
    ? 'Untick anything you would rather keep private. You can change this later.'
    : 'Nothing is ticked for an unverified app except what it can’t work without.'
}

function whatHappensNext({ app, request, lastsDays }: ConsentPage): Html {
  const { kind } = app.destination
  const returns = {
    site: `You return to ${placeOf(app.destination)}. It never sees your password.`,
    'this-computer': 'The answer goes to a program on this computer. It never sees your password.',
    'local-app': 'You return to the app. It never sees your password.',
    device: 'Your device goes on by itself. It never sees your password.',
  }
  const uses = request.earlier
    ? `If you deny, the app keeps the ${request.earlier.scopes.length} permissions it already has.`
    : `The app uses what you ticked when you ask it to, for up to ${lastsDays} days. Then it asks again.`
  return html`<section class="consent-next" aria-labelledby="next-title">
        <h2 id="next-title">What happens next</h2>
        <ol class="next-steps">
          <li><span>${returns[kind]}</span></li>
          <li><span>${uses}</span></li>
          <li><span>Stop it any time in <a href="/account">Connected apps</a> with <strong>Revoke access</strong>. It takes effect within seconds.</span></li>
        </ol>
      </section>`
}
