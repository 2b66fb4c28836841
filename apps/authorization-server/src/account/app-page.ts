import { isScope, requiredScope, scopeGroups, scopes } from '@neonpanel/contracts/scopes'
import { companyChoice, companyList, scopeGroup } from '../interactions/consent-parts.ts'
import { csrfField } from '../web/forms.ts'
import { type Html, html, when } from '../web/html.ts'
import { icon } from '../web/icons.ts'
import { appMark, appName } from '../web/identity.ts'
import type { Viewer } from '../web/layout.ts'
import type { ConnectedApp } from './connected-apps.ts'
import { reviewBadge } from './connected-apps-page.ts'
import { accountFrame } from './frame.ts'
import { type Kept, optionalIdentityScopes } from './narrow-app.ts'

export interface AppPage {
  readonly viewer: Viewer
  readonly app: ConnectedApp
  /** What the person had chosen when nothing would have been left. */
  readonly refused?: Kept | undefined
}

/** `/account/apps/:grantId`: take permissions or companies from an app and leave it connected. */
export function appPage({ viewer, app, refused }: AppPage): Html {
  const name = appName(app)
  const action = `/account/apps/${app.grants[0]!.grantId}`
  return accountFrame({
    title: `Access of ${name}`,
    section: '/account',
    viewer,
    content: html`<form class="card" method="post" action="${action}" aria-labelledby="app-title">
        ${csrfField(viewer.csrf)}
        <header class="card-header">
          <div class="cluster">
            ${appMark(app)}
            <h2 class="cluster" id="app-title">What ${name} may do ${reviewBadge(app)}</h2>
          </div>
        </header>
        <div class="card-body boxed">
          ${refused && noCompanyAlert}
          <p>Untick what you want to take back. It takes effect within seconds, and the app stays connected. Data it has already read stays with it.</p>
          <p class="small">To allow more, go to the app and connect NeonPanel again: it asks you then.</p>
          ${permissionGroups(app, refused)}
          ${app.scopes.some(isScope) && companies(app, refused)}
          ${identity(app, refused)}
        </div>
        <div class="card-footer">
          <p>To end its access altogether, revoke it in <a href="/account">Connected apps</a>.</p>
          <div class="cluster">
            <a class="button" href="/account">Keep as it is</a>
            <button class="button button-primary" type="submit">Change access</button>
          </div>
        </div>
      </form>`,
  })
}

const noCompanyAlert = html`<div class="alert" data-tone="danger" role="alert">
            ${icon('alert')}
            <p><strong>Choose at least one company</strong>Without any, the app could do nothing. Nothing was changed. To end its access, revoke it in <a href="/account">Connected apps</a>.</p>
          </div>`

function permissionGroups(app: ConnectedApp, refused: Kept | undefined): Html[] {
  const rows = app.scopes
    .filter(isScope)
    .map((scope) =>
      scope === requiredScope
        ? { scope, state: 'required' as const, ticked: true }
        : { scope, state: 'offered' as const, ticked: isTicked(scope, refused) },
    )
  return (Object.keys(scopeGroups) as (keyof typeof scopeGroups)[]).flatMap((group) => {
    const ofGroup = rows.filter(({ scope }) => scopes[scope].group === group)
    return ofGroup.length > 0 ? [scopeGroup({ group, rows: ofGroup }, false)] : []
  })
}

/** An app that covers companies of the future may be held to those of today; any other to fewer. */
function companies({ companies, coversAllCompanies }: ConnectedApp, refused: Kept | undefined) {
  const kept = refused && refused.companies !== 'all' ? refused.companies : undefined
  if (coversAllCompanies) {
    const chosen = kept ? { all: false as const, ids: [...kept] } : { all: true as const }
    return companyChoice({ memberships: companies, trusted: true }, chosen)
  }
  return html`<fieldset class="scope-group">
          <legend>${icon('building')}Companies</legend>
          ${companyList(companies, (id) => kept?.has(id) ?? true)}
        </fieldset>`
}

const learns = { profile: 'Your name', email: 'Your email address' } as const

function identity(app: ConnectedApp, refused: Kept | undefined): Html | undefined {
  const learned = optionalIdentityScopes.filter((scope) => app.scopes.includes(scope))
  if (learned.length === 0) return undefined
  return html`<fieldset class="scope-group">
          <legend>${icon('users')}Who you are</legend>
          <div class="scope-rows">
            ${learned.map(
              (scope) => html`<div class="scope-row">
              <input class="check-box" id="scope-${scope}" type="checkbox" name="scope" value="${scope}"${when(isTicked(scope, refused), 'checked')}>
              <label for="scope-${scope}">${learns[scope]}</label>
              <code class="scope">${scope}</code>
            </div>`,
            )}
          </div>
        </fieldset>`
}

function isTicked(scope: string, refused: Kept | undefined): boolean {
  return refused?.scopes.has(scope) ?? true
}
