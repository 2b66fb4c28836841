import { isReadScope, isScope } from '@neonpanel/contracts/scopes'
import { ago } from '../web/ago.ts'
import { confirmDialog } from '../web/confirm-dialog.ts'
import { csrfField } from '../web/forms.ts'
import { breakable, type Html, html, when } from '../web/html.ts'
import { icon } from '../web/icons.ts'
import { appMark, appName } from '../web/identity.ts'
import type { Viewer } from '../web/layout.ts'
import { formatDate } from '../web/time.ts'
import type { ConnectedApp } from './connected-apps.ts'
import { accountFrame, type Notice } from './frame.ts'
import type { AccountSession } from './sessions.ts'

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
  return accountFrame({
    title: 'Connected apps',
    section: '/account',
    viewer,
    notice,
    content: html`<section class="card" aria-labelledby="apps-title">
        <header class="card-header">
          <div>
            <h2 id="apps-title">Connected apps</h2>
            <p class="small">Apps that can use NeonPanel as you. Each one only within what you granted.</p>
          </div>
          ${apps.length > 1 && revokeAll(apps.length, viewer)}
        </header>
        ${apps.length > 0 ? html`<ul class="list">${apps.map((app, index) => appItem(app, index, viewer))}</ul>` : noApps(mcpUrl)}
      </section>
      ${sessionsCard(sessions, viewer)}`,
  })
}

function appItem(app: ConnectedApp, index: number, viewer: Viewer): Html {
  const dialog = `revoke-${index + 1}`
  const name = appName(app)
  return html`<li class="app">
            ${appMark(app)}
            <div class="stack">
              <div class="spread">
                <h3 class="cluster">${name} ${reviewBadge(app)}</h3>
                <div class="cluster">
                  <a class="button button-small" href="/account/apps/${app.grants[0]!.grantId}">Change access<span class="visually-hidden"> for ${name}</span></a>
                  <button class="button button-danger button-small" type="button" popovertarget="${dialog}">Revoke access<span class="visually-hidden"> for ${name}</span></button>
                </div>
              </div>
              <ul class="scope-list">
                ${app.scopes.map(scopeChip)}
              </ul>
              <dl class="facts facts-row">
                <div>
                  <dt>Companies</dt>
                  <dd>${companiesOf(app)}</dd>
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
            ${confirmDialog({
              id: dialog,
              action: '/account/apps/revoke',
              viewer,
              title: `Revoke access for ${name}?`,
              consequence:
                'It loses access to your data at once. Data it has already read stays with it. You can connect it again later.',
              keep: 'Keep access',
              confirm: 'Revoke access',
              fields: html`<input type="hidden" name="client_id" value="${app.clientId}">`,
            })}
          </li>`
}

function companiesOf({ coversAllCompanies, companies }: ConnectedApp): string {
  if (coversAllCompanies) return 'All companies'
  return companies.map(({ companyName }) => companyName).join(', ') || 'None'
}

export function reviewBadge({ reviewed }: ConnectedApp): Html {
  return reviewed
    ? html`<span class="badge" data-tone="ok">${icon('shield-check')}Verified</span>`
    : html`<span class="badge" data-tone="warn">${icon('shield-alert')}Unverified</span>`
}

function scopeChip(scope: string): Html {
  return html`<li><code class="scope"${when(isScope(scope) && !isReadScope(scope), 'data-tone="warn"')}>${scope}</code></li>`
}

function revokeAll(count: number, viewer: Viewer): Html {
  return html`<button class="button button-danger button-small" type="button" popovertarget="revoke-all">Revoke all<span class="visually-hidden"> connected apps</span></button>
          ${confirmDialog({
            id: 'revoke-all',
            action: '/account/apps/revoke-all',
            viewer,
            title: `Revoke access for all ${count} apps?`,
            consequence:
              'They lose access to your data at once. Data they have already read stays with them. You can connect each again later.',
            keep: 'Keep access',
            confirm: 'Revoke all',
          })}`
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
