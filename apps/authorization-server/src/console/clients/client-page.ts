import { identityScopes, resourceScopes } from '@neonpanel/contracts/scopes'
import type { InitialAccessToken } from '../../initial-access-tokens/initial-access-tokens.ts'
import { confirmDialog } from '../../web/confirm-dialog.ts'
import { csrfField } from '../../web/forms.ts'
import { breakable, type Html, html, when } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { appMark, appName, isReviewed } from '../../web/identity.ts'
import type { Viewer } from '../../web/layout.ts'
import { time } from '../../web/time.ts'
import type { ListedGrant } from '../grants.ts'
import { counted } from '../pager.ts'
import type { Page } from '../paging.ts'
import { isConfidential, type ListedClient } from './client-list.ts'
import { grantsCard, revokeAllDialog, typedClientId } from './grants-card.ts'
import { clientHref, originBadge } from './pages.ts'

export interface ClientView {
  readonly viewer: Viewer
  readonly notice: Html | undefined
  readonly client: ListedClient
  readonly grants: Page<ListedGrant>
  /** Shown once, right after it was made. */
  readonly newSecret: string | undefined
  /** The initial access token that the client registered with. */
  readonly madeBy: InitialAccessToken | undefined
  /** Who reviewed it. */
  readonly reviewerName: string | undefined
}

export function clientPage(view: ClientView): Html {
  const { client, notice, newSecret } = view
  return html`${header(client)}
    <div class="stack stack-loose">
      ${notice}
      ${newSecret && secretCard(newSecret)}
      <div class="columns columns-aside">
        <div class="stack stack-loose">
          ${identityCard(view)}
          ${redirectsCard(client)}
          ${grantsCard(client, view.grants, view.viewer)}
        </div>
        <div class="stack stack-loose">
          ${settingsCard(client)}
          ${standingCard(view)}
        </div>
      </div>
    </div>
    ${dialogs(view)}`
}

function header(client: ListedClient): Html {
  const reviewed = isReviewed(client)
  const app = { clientId: client.clientId, name: client.name, reviewed }
  return html`<header class="page-header">
      <nav aria-label="Breadcrumb">
        <ol class="breadcrumb">
          <li><a href="/console/clients">Clients</a></li>
          <li>${client.name}</li>
        </ol>
      </nav>
      <div class="spread">
        <div class="identity">
          ${appMark(app, 'large')}
          <div class="stack stack-tight">
            <h1>${appName(app)}</h1>
            <p class="cluster">${reviewed ? html`<span class="badge" data-tone="ok">${icon('shield-check')}Verified</span>` : html`<span class="badge" data-tone="warn">${icon('shield-alert')}Unverified</span>`} <span class="badge">${isConfidential(client) ? 'Confidential' : 'Public'}</span> ${originBadge(client)} ${client.suspendedAt && html`<span class="badge" data-tone="danger">Suspended</span>`}</p>
          </div>
        </div>
        <div class="cluster">
          <a class="button" href="/console/flows?client_id=${encodeURIComponent(client.clientId)}">View flows</a>
          <a class="button" href="${clientHref(client.clientId)}/edit">Edit</a>
        </div>
      </div>
    </header>`
}

function secretCard(secret: string): Html {
  return html`<section class="card card-raised" aria-labelledby="secret-title" role="status">
        <header class="card-header">
          <div>
            <h2 id="secret-title">Copy the client secret now</h2>
            <p class="small">You won’t see it again. NeonPanel keeps only its hash.</p>
          </div>
        </header>
        <div class="card-body stack">
          <div class="secret"><code>${secret}</code></div>
        </div>
      </section>`
}

function identityCard({ client, madeBy, reviewerName }: ClientView): Html {
  const { client_uri } = client.metadata
  return html`<section class="card" aria-labelledby="identity-title">
            <header class="card-header"><h2 id="identity-title">Identity</h2></header>
            <div class="card-body boxed">
              <dl class="facts facts-table">
                <div><dt>Client ID</dt><dd><div class="copy-field"><code>${client.clientId}</code></div></dd></div>
                <div><dt>Client secret</dt><dd>${client.secretHash ? 'Set; only its hash is kept' : 'None: a public client, PKCE proves who redeems a code'}</dd></div>
                ${typeof client_uri === 'string' && html`<div><dt>Home page</dt><dd class="breakable"><code>${breakable(client_uri)}</code></dd></div>`}
                <div><dt>Registered</dt><dd>${time(client.createdAt)}${madeBy && html`, with initial access token ${madeBy.note && html`“${madeBy.note}” `}<a class="breakable" href="/console/clients?initial_access_token_jti=${encodeURIComponent(madeBy.jti)}"><code class="small-code">${madeBy.jti}</code></a>`}</dd></div>
                <div><dt>Last used</dt><dd>${client.lastUsedAt ? time(client.lastUsedAt) : 'Never'}</dd></div>
                <div><dt>Reviewed</dt><dd>${client.reviewedAt ? html`${time(client.reviewedAt)} by ${reviewerName ?? client.reviewedBy}` : 'Not reviewed by an administrator'}</dd></div>
              </dl>
            </div>
          </section>`
}

function redirectsCard({ metadata }: ListedClient): Html {
  const uris = metadata.redirect_uris ?? []
  const anyPort = metadata.application_type === 'native'
  return html`<section class="card" aria-labelledby="redirects-title">
            <header class="card-header">
              <div>
                <h2 id="redirects-title">Redirect URIs</h2>
                <p class="small">Compared character by character. Only loopback addresses of native clients may differ in port.</p>
              </div>
            </header>
            ${
              uris.length === 0
                ? html`<div class="empty">${icon('link')}<h3>No redirect URIs</h3><p>This client never sends people here.</p></div>`
                : html`<ul class="list">${uris.map((uri) => html`<li class="spread"><code>${breakable(uri)}</code> <span class="badge">${anyPort && uri.startsWith('http://') ? 'Any port' : 'Exact'}</span></li>`)}</ul>`
            }
          </section>`
}

function settingsCard({ metadata, scopeCeiling }: ListedClient): Html {
  const chip = (text: string) =>
    html`<li><code class="scope"${when(text.startsWith('write:'), 'data-tone="warn"')}>${text}</code></li>`
  return html`<section class="card" aria-labelledby="settings-title">
            <header class="card-header"><h2 id="settings-title">OAuth settings</h2></header>
            <div class="card-body">
              <dl class="facts">
                <div><dt>Grant types</dt><dd><ul class="scope-list">${(metadata.grant_types ?? ['authorization_code']).map(chip)}</ul></dd></div>
                <div><dt>Token endpoint auth method</dt><dd><code class="scope">${metadata.token_endpoint_auth_method ?? 'client_secret_basic'}</code></dd></div>
                <div><dt>Application type</dt><dd><code class="scope">${metadata.application_type ?? 'web'}</code></dd></div>
                <div><dt>PKCE</dt><dd>Required, <code class="scope">S256</code></dd></div>
                <div><dt>May ask for</dt><dd><ul class="scope-list">${(scopeCeiling ?? resourceScopes).map(chip)}${identityScopes.map(chip)}</ul></dd></div>
              </dl>
            </div>
          </section>`
}

function standingCard({ client, viewer }: ClientView): Html {
  const post = (change: string, label: string) =>
    html`<form method="post" action="${clientHref(client.clientId)}/${change}">${csrfField(viewer.csrf)}<button class="button button-small" type="submit">${label}</button></form>`
  const item = (title: string, explanation: string, action: Html) =>
    html`<li class="stack stack-snug"><div><h3>${title}</h3><p class="small">${explanation}</p></div>${action}</li>`
  const opens = (dialog: string, label: string) =>
    html`<p><button class="button button-small button-danger" type="button" popovertarget="${dialog}">${label}</button></p>`
  return html`<section class="card" aria-labelledby="review-title">
            <header class="card-header"><h2 id="review-title">Review</h2></header>
            <ul class="list">
              ${
                client.reviewedAt
                  ? item(
                      'Withdraw the review',
                      'People see the client as before the review.',
                      post('unreview', 'Withdraw review'),
                    )
                  : item(
                      'Mark as reviewed',
                      'People see its name as verified, and its read permissions come ticked.',
                      post('review', 'Mark as reviewed'),
                    )
              }
            </ul>
          </section>
          <section class="card danger-zone" aria-labelledby="danger-title">
            <header class="card-header"><h2 id="danger-title">Danger zone</h2></header>
            <ul class="list">
              ${
                client.secretHash !== null &&
                item(
                  'Rotate client secret',
                  'You see the new one once. The old one stops working at once.',
                  opens('rotate', 'Rotate secret'),
                )
              }
              ${
                client.suspendedAt
                  ? item(
                      'Lift the suspension',
                      'The client works again. People connect it anew.',
                      post('reinstate', 'Lift the suspension'),
                    )
                  : item(
                      'Suspend client',
                      `It is refused everywhere and loses ${counted(client.activeGrants, 'grant')} at once.`,
                      opens('suspend', 'Suspend client'),
                    )
              }
              ${
                client.activeGrants > 0 &&
                item(
                  'Revoke all grants',
                  `${counted(client.activeGrants, 'person', 'people')} must connect it again.`,
                  opens('revoke-all', 'Revoke all grants'),
                )
              }
              ${item('Delete client', 'It can’t come back with the same client ID by itself.', opens('delete', 'Delete client'))}
            </ul>
          </section>`
}

function dialogs({ client, viewer }: ClientView): Html {
  const action = clientHref(client.clientId)
  const keep = 'Keep client'
  return html`${
    client.secretHash !== null &&
    confirmDialog({
      id: 'rotate',
      action: `${action}/secret`,
      viewer,
      title: 'Rotate the client secret?',
      consequence:
        'You see the new secret once. The old one stops working at once; what people granted stays.',
      keep: 'Keep this secret',
      confirm: 'Rotate secret',
    })
  }
    ${
      !client.suspendedAt &&
      confirmDialog({
        id: 'suspend',
        action: `${action}/suspend`,
        viewer,
        title: 'Suspend this client?',
        consequence:
          'Every access and refresh token of it stops working at once. It is refused until you lift the suspension; people must then connect it again.',
        keep,
        confirm: 'Suspend client',
      })
    }
    ${revokeAllDialog(client, viewer)}
    ${confirmDialog({
      id: 'delete',
      action: `${action}/delete`,
      viewer,
      title: 'Delete this client?',
      consequence: 'All its grants end, and its client ID is unknown from now on.',
      keep,
      confirm: 'Delete client',
      fields: typedClientId('delete', client),
    })}`
}
