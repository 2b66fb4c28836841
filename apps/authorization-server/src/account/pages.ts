import type { CompanyMembership, Person } from '../people/directory.ts'
import { ago } from '../web/ago.ts'
import { csrfField } from '../web/forms.ts'
import { breakable, type Html, html, when } from '../web/html.ts'
import { icon } from '../web/icons.ts'
import { appMark, appName } from '../web/identity.ts'
import { accountPage, type Viewer } from '../web/layout.ts'
import { formatDate } from '../web/time.ts'
import { type ConnectedApp, isWriteScope } from './connected-apps.ts'
import type { AccountSession } from './sessions.ts'

/** What a redirect after a form says on the next page. */
export const notices = {
  revoked: 'Access revoked',
  'signed-out': 'Signed out there',
  'signed-out-elsewhere': 'Signed out everywhere else',
} as const

export type Notice = keyof typeof notices

export interface AccountOverview {
  readonly viewer: Viewer
  readonly apps: readonly ConnectedApp[]
  readonly sessions: readonly AccountSession[]
  /** What people paste into an app to connect it. */
  readonly mcpUrl: string
  readonly notice: Notice | undefined
}

/** `/account`: what is connected and where the person is signed in. */
export function connectedAppsPage(page: AccountOverview): Html {
  const { viewer, apps, sessions, mcpUrl, notice } = page
  return accountPage({
    title: 'Connected apps',
    viewer,
    main: html`${header('/account')}
    <div class="stack stack-loose">
      ${notice && noticeAlert(notice)}
      <section class="card" aria-labelledby="apps-title">
        <header class="card-header">
          <div>
            <h2 id="apps-title">Connected apps</h2>
            <p class="small">Apps that can use NeonPanel as you. Each one only within what you granted.</p>
          </div>
        </header>
        ${apps.length > 0 ? html`<ul class="list">${apps.map((app, index) => appItem(app, index, viewer))}</ul>` : noApps(mcpUrl)}
      </section>
      ${sessionsCard(sessions, viewer)}
    </div>`,
  })
}

function header(current: '/account' | '/account/profile'): Html {
  const tab = (href: string, label: string) =>
    html`<a href="${href}"${when(href === current, 'aria-current="page"')}>${label}</a>`
  return html`<header class="page-header">
      <h1>Account</h1>
      <nav class="tabs" aria-label="Account">
        ${tab('/account', 'Connected apps')}
        ${tab('/account/profile', 'Profile')}
      </nav>
    </header>`
}

function noticeAlert(notice: Notice): Html {
  return html`<div class="alert" data-tone="ok" role="status">
        ${icon('check')}
        <p>${notices[notice]}</p>
      </div>`
}

function appItem(app: ConnectedApp, index: number, viewer: Viewer): Html {
  const dialog = `revoke-${index + 1}`
  const name = appName(app)
  return html`<li class="app">
            ${appMark(app)}
            <div class="stack">
              <div class="spread">
                <h3 class="cluster">${name} ${reviewBadge(app)}</h3>
                <button class="button button-danger button-small" type="button" popovertarget="${dialog}">Revoke access<span class="visually-hidden"> for ${name}</span></button>
              </div>
              <ul class="scope-list">
                ${app.scopes.map(scopeChip)}
              </ul>
              <dl class="facts facts-row">
                <div>
                  <dt>Companies</dt>
                  <dd>${app.companies === 'all' ? 'All companies' : app.companies.join(', ')}</dd>
                </div>
                <div>
                  <dt>Last used</dt>
                  <dd>${app.lastUsedAt ? ago(app.lastUsedAt) : 'Never'}</dd>
                </div>
                <div>
                  <dt>Connected</dt>
                  <dd>${formatDate(app.connectedAt)}</dd>
                </div>
              </dl>
            </div>
            ${revokeDialog(dialog, name, app.clientId, viewer)}
          </li>`
}

function reviewBadge({ reviewed }: ConnectedApp): Html {
  return reviewed
    ? html`<span class="badge" data-tone="ok">${icon('shield-check')}Verified</span>`
    : html`<span class="badge" data-tone="warn">${icon('shield-alert')}Unverified</span>`
}

function scopeChip(scope: string): Html {
  return html`<li><code class="scope"${when(isWriteScope(scope), 'data-tone="warn"')}>${scope}</code></li>`
}

function revokeDialog(id: string, name: string, clientId: string, viewer: Viewer): Html {
  return html`<dialog class="dialog" id="${id}" aria-labelledby="${id}-title" popover>
              <form method="post" action="/account/apps/revoke">
                ${csrfField(viewer.csrf)}
                <input type="hidden" name="client_id" value="${clientId}">
                <div class="dialog-body">
                  <h2 id="${id}-title">Revoke access for ${name}?</h2>
                  <p class="muted">It loses access to your data at once. Data it has already read stays with it. You can connect it again later.</p>
                </div>
                <div class="dialog-actions">
                  <button class="button" type="button" popovertarget="${id}" popovertargetaction="hide">Keep access</button>
                  <button class="button button-danger-solid" type="submit">Revoke access</button>
                </div>
              </form>
            </dialog>`
}

function noApps(mcpUrl: string): Html {
  return html`<div class="empty">
          ${icon('plug')}
          <h3>No connected apps yet</h3>
          <p>Add NeonPanel to ChatGPT, Claude, Cursor or VS Code with this address. The app then sends you here to choose what it may read.</p>
          <div class="empty-field">
            <div class="copy-field">
              <code>${breakable(mcpUrl)}</code>
            </div>
          </div>
        </div>`
}

function sessionsCard(sessions: readonly AccountSession[], viewer: Viewer): Html {
  return html`<section class="card" aria-labelledby="sessions-title">
        <header class="card-header">
          <div>
            <h2 id="sessions-title">Sessions</h2>
            <p class="small">Browsers where you are signed in to NeonPanel.</p>
          </div>
          ${
            sessions.length > 1 &&
            html`<form method="post" action="/account/sessions/end-others">
            ${csrfField(viewer.csrf)}
            <button class="button button-small" type="submit">Sign out everywhere else</button>
          </form>`
          }
        </header>
        <ul class="list">
          ${sessions.map((session) => sessionItem(session, viewer))}
        </ul>
      </section>`
}

function sessionItem({ id, isCurrent, device, startedAt }: AccountSession, viewer: Viewer): Html {
  const name = device?.name ?? 'A browser'
  return html`<li class="session">
            ${icon(device?.isPhone ? 'phone' : 'monitor', 'icon icon-large')}
            <div>
              <p class="cluster"><strong>${name}</strong> ${isCurrent && html`<span class="badge" data-tone="ok">This session</span>`}</p>
              <p class="small">${device ? `From ${device.address}` : 'From an unknown address'}</p>
            </div>
            <p class="faint">${isCurrent ? 'Active now' : ago(device ? new Date(device.seenAt) : startedAt)}</p>
            ${
              !isCurrent &&
              html`<form method="post" action="/account/sessions/end">
              ${csrfField(viewer.csrf)}
              <input type="hidden" name="session" value="${id}">
              <button class="button button-small" type="submit">Sign out<span class="visually-hidden"> ${name}</span></button>
            </form>`
            }
          </li>`
}

export interface ProfileView {
  readonly viewer: Viewer
  readonly person: Person
  readonly memberships: readonly CompanyMembership[]
}

/** `/account/profile`: who the person is, and what they may do where. */
export function profilePage({ viewer, person, memberships }: ProfileView): Html {
  return accountPage({
    title: 'Profile',
    viewer,
    main: html`${header('/account/profile')}
    <div class="stack stack-loose">
      <section class="card" aria-labelledby="profile-title">
        <header class="card-header">
          <h2 id="profile-title">Profile</h2>
          ${person.administrator && html`<a class="button button-small" href="/console">Open the console</a>`}
        </header>
        <div class="card-body boxed">
          <dl class="facts facts-table">
            <div><dt>Name</dt><dd>${person.name}</dd></div>
            <div><dt>Email</dt><dd>${person.email}</dd></div>
          </dl>
        </div>
      </section>
      <section class="card" aria-labelledby="companies-title">
        <header class="card-header">
          <div>
            <h2 id="companies-title">Companies</h2>
            <p class="small">An app never sees more than your role in a company allows. An owner can change your role.</p>
          </div>
        </header>
        ${memberships.length > 0 ? html`<ul class="list">${memberships.map(membershipItem)}</ul>` : noCompanies}
      </section>
    </div>`,
  })
}

function membershipItem({ companyName, role }: CompanyMembership): Html {
  return html`<li class="spread"><strong>${companyName}</strong> <span class="badge">${role}</span></li>`
}

const noCompanies = html`<div class="empty">
          ${icon('building')}
          <h3>You are in no company</h3>
          <p>Apps that you connect can’t read anything until an owner adds you to a company.</p>
        </div>`
