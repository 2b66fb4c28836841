import { ago } from '../../web/ago.ts'
import { confirmDialog } from '../../web/confirm-dialog.ts'
import { csrfField } from '../../web/forms.ts'
import { type Html, html } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import type { Viewer } from '../../web/layout.ts'
import type { ListedGrant } from '../grants.ts'
import { counted } from '../pager.ts'
import type { Page } from '../paging.ts'
import type { DocumentClient } from './document-clients.ts'
import { clientHref } from './pages.ts'

/** Any client that something can be granted to. */
type GrantedClient = Pick<DocumentClient, 'clientId' | 'activeGrants'>

/** Who lets a client use NeonPanel, and the button that ends one of these grants. */
export function grantsCard(client: GrantedClient, grants: Page<ListedGrant>, viewer: Viewer): Html {
  return html`<section class="card" aria-labelledby="grants-title">
            <header class="card-header">
              <h2 id="grants-title">Active grants <span class="faint">${client.activeGrants.toLocaleString('en-GB')}</span></h2>
            </header>
            ${
              grants.rows.length === 0
                ? html`<div class="empty">${icon('users')}<h3>No active grants</h3><p>Nobody lets this client use NeonPanel.</p></div>`
                : html`<div class="table-wrap">
              <table class="table">
                <thead>
                  <tr>
                    <th scope="col">User</th>
                    <th scope="col">Scopes</th>
                    <th scope="col">Companies</th>
                    <th scope="col">Last used</th>
                    <th scope="col"><span class="visually-hidden">Actions</span></th>
                  </tr>
                </thead>
                <tbody>${grants.rows.map((grant) => grantRow(grant, viewer))}</tbody>
              </table>
            </div>`
            }
          </section>`
}

function grantRow(grant: ListedGrant, viewer: Viewer): Html {
  const scopes = grant.scope.split(' ').filter((scope) => /:/.test(scope))
  const writes = scopes.some((scope) => scope.startsWith('write:'))
  const companies = grant.companies === 'all' ? 'All' : JSON.parse(grant.companyIds).length
  return html`<tr>
                    <td class="breakable"><a class="row-link" href="/console/users/${grant.personId}">${grant.person.email}</a></td>
                    <td class="nowrap" data-label="Scopes">${scopes.length}${writes && ', with write'}</td>
                    <td data-label="Companies">${companies}</td>
                    <td class="nowrap" data-label="Last used">${grant.lastUsedAt ? ago(grant.lastUsedAt) : 'Never'}</td>
                    <td class="actions">
                      <form method="post" action="${clientHref(grant.clientId)}/grants/revoke">
                        ${csrfField(viewer.csrf)}
                        <input type="hidden" name="grant_id" value="${grant.id}">
                        <button class="button button-small button-danger" type="submit">Revoke<span class="visually-hidden"> the grant of ${grant.person.email}</span></button>
                      </form>
                    </td>
                  </tr>`
}

/** Ends all of them, once the client id is typed; nothing when there are none. */
export function revokeAllDialog(client: GrantedClient, viewer: Viewer): Html | undefined {
  if (client.activeGrants === 0) return undefined
  return confirmDialog({
    id: 'revoke-all',
    action: `${clientHref(client.clientId)}/grants/revoke-all`,
    viewer,
    title: `Revoke all ${counted(client.activeGrants, 'grant')}?`,
    consequence:
      'Every access and refresh token of this client stops working at once. People must connect it again.',
    keep: 'Keep grants',
    confirm: 'Revoke all grants',
    fields: typedClientId('revoke-all', client),
  })
}

/** A field for what cannot be taken back. */
export function typedClientId(dialog: string, { clientId }: GrantedClient): Html {
  return html`<div class="field">
            <label class="field-label" for="${dialog}-confirm">Type the client ID to confirm</label>
            <input class="input" id="${dialog}-confirm" name="confirm" type="text" autocomplete="off" placeholder="${clientId}" required>
          </div>`
}
