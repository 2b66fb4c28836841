import { resourceScopes, scopes } from '@neonpanel/contracts/scopes'
import { confirmDialog } from '../../web/confirm-dialog.ts'
import { csrfField } from '../../web/forms.ts'
import { type Html, html, when } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import type { Viewer } from '../../web/layout.ts'
import { listTime } from '../list-time.ts'
import { counted, pager } from '../pager.ts'
import type { Page } from '../paging.ts'
import { formLifetimes, type MintForm } from './mint-form.ts'
import { type MintedToken, mintedCard } from './minted-card.ts'
import type { ListedToken } from './minting.ts'

export interface TokensView {
  readonly viewer: Viewer
  readonly notice: Html | undefined
  readonly tokens: Page<ListedToken>
  readonly form: MintForm
  /** Shown once, right after it was minted. */
  readonly minted: MintedToken | undefined
  /** Whether clients can register at all: `REGISTRATION_MODE` is not `off`. */
  readonly registrationIsOn: boolean
  /** Names of people by id, for who minted a token. */
  readonly names: ReadonlyMap<string, string>
}

export function tokensPage(view: TokensView): Html {
  return html`<header class="page-header">
      <h1>Initial access tokens</h1>
      <p class="lede">A client needs one to register itself. It carries only the scope <code>dcr.create</code> and stops working after its lifetime or its last use.</p>
    </header>
    <div class="stack stack-loose">
      ${view.notice}
      <div class="columns columns-start${view.minted && ' columns-top'}">
        ${view.registrationIsOn ? mintCard(view) : registrationOff}
        ${view.minted ? mintedCard(view.minted) : nothingMinted}
      </div>
      ${tokensTable(view)}
    </div>
    ${view.tokens.rows.filter(({ status }) => status === 'ready').map((token) => revokeDialog(token, view.viewer))}`
}

function mintCard({ viewer, form, minted }: TokensView): Html {
  return html`<section class="card" aria-labelledby="mint-title">
          <header class="card-header">
            <h2 id="mint-title">${minted ? 'Mint another token' : 'Mint a token'}</h2>
          </header>
          <form class="card-body stack stack-loose" method="post" action="/console/initial-access-tokens">
            ${csrfField(viewer.csrf)}
            <div class="field-row">
              <div class="field">
                <label class="field-label" for="lifetime">Lifetime</label>
                <div class="select">
                  <select class="input" id="lifetime" name="ttl_seconds">
                    ${[...formLifetimes].map(([seconds, label]) => html`<option value="${seconds}"${when(String(seconds) === form.values.ttl_seconds, 'selected')}>${label}</option>`)}
                  </select>
                </div>
                ${fieldError(form, 'ttl_seconds')}
              </div>
              <div class="field">
                <label class="field-label" for="uses">Max uses</label>
                <input class="input" id="uses" name="max_uses" type="number" inputmode="numeric" min="1" max="100" value="${form.values.max_uses}"${described(form, 'max_uses', 'uses-hint')}>
                <p class="field-hint" id="uses-hint">One per client, up to 100</p>
                ${fieldError(form, 'max_uses')}
              </div>
            </div>
            <div class="field">
              <label class="field-label" for="note">Note</label>
              <input class="input" id="note" name="note" type="text" maxlength="200" placeholder="Who is it for?" value="${form.values.note}"${described(form, 'note', 'note-hint')}>
              <p class="field-hint" id="note-hint">Shown in the list and in the audit log</p>
              ${fieldError(form, 'note')}
            </div>
            <div class="field">
              <label class="field-label" for="hosts">Allowed redirect hosts</label>
              <input class="input" id="hosts" name="allowed_redirect_hosts" type="text" placeholder="chatgpt.com, localhost" value="${form.values.allowed_redirect_hosts}"${described(form, 'allowed_redirect_hosts', 'hosts-hint')}>
              <p class="field-hint" id="hosts-hint">Separated by commas; empty for any</p>
              ${fieldError(form, 'allowed_redirect_hosts')}
            </div>
            ${scopeChoice(form)}
            <div><button class="button${!minted && ' button-primary'}" type="submit">Mint token</button></div>
          </form>
        </section>`
}

function scopeChoice(form: MintForm): Html {
  return html`<details class="disclosure"${when(form.values.allowed_scopes.length > 0, 'open')}>
              <summary><span class="chevron"></span>Allowed scopes</summary>
              <fieldset class="stack stack-snug">
                <legend class="small">The client may never be granted others. None ticked: all.</legend>
                ${resourceScopes.map(
                  (scope) => html`<div class="check">
                  <input class="check-box" id="scope-${scope}" type="checkbox" name="allowed_scopes" value="${scope}"${when(form.values.allowed_scopes.includes(scope), 'checked')}>
                  <label for="scope-${scope}">${scopes[scope].title} <code class="scope">${scope}</code></label>
                </div>`,
                )}
              </fieldset>
            </details>`
}

function described(form: MintForm, field: string, hint: string): Html {
  return form.problems.has(field)
    ? html` aria-invalid="true" aria-describedby="${hint} ${field}-error"`
    : html` aria-describedby="${hint}"`
}

function fieldError(form: MintForm, field: string): Html | undefined {
  const problem = form.problems.get(field)
  return problem === undefined
    ? undefined
    : html`<p class="field-error" id="${field}-error">${icon('alert')}${problem}</p>`
}

const nothingMinted = html`<section class="card empty" aria-label="Minted token">
          ${icon('ticket')}
          <h2>Your token appears here, once</h2>
          <p>With a ready curl command and the time it expires. NeonPanel keeps no copy.</p>
        </section>`

const registrationOff = html`<section class="card empty" aria-label="Registration">
          ${icon('lock')}
          <h2>Registration is off</h2>
          <p>REGISTRATION_MODE is off, so there is nothing that would take a token. Set it to iat and start again.</p>
        </section>`

function tokensTable({ tokens, names }: TokensView): Html {
  if (tokens.rows.length === 0)
    return html`<section class="card empty" aria-label="Recent tokens">${icon('ticket')}<h2>No tokens yet</h2><p>The ones that you mint are listed here with what they were used for.</p></section>`
  return html`<section class="card table-wrap" aria-labelledby="tokens-title">
        <header class="card-header">
          <h2 id="tokens-title">Recent tokens</h2>
        </header>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Note</th>
              <th scope="col">Status</th>
              <th class="num" scope="col">Uses</th>
              <th scope="col">Clients</th>
              <th class="minor" scope="col">Minted by</th>
              <th scope="col">Expires, UTC</th>
              <th scope="col"><span class="visually-hidden">Actions</span></th>
            </tr>
          </thead>
          <tbody>${tokens.rows.map((token) => tokenRow(token, names))}</tbody>
        </table>
        ${pager('/console/initial-access-tokens', counted(tokens.rows.length, 'token'), tokens.nextCursor)}
      </section>`
}

const statuses = {
  ready: html`<span class="status" data-tone="ok">Ready</span>`,
  used_up: html`<span class="status" data-tone="neutral">Used up</span>`,
  expired: html`<span class="status" data-tone="neutral" data-shape="ring">Expired</span>`,
  revoked: html`<span class="status" data-tone="danger" data-shape="square">Revoked</span>`,
}

function tokenRow(token: ListedToken, names: ReadonlyMap<string, string>): Html {
  return html`<tr>
              <td>${token.note ? html`<strong>${token.note}</strong>` : html`<span class="faint">No note</span>`} <code class="faint breakable">${token.jti}</code></td>
              <td data-label="Status">${statuses[token.status]}</td>
              <td class="num nowrap" data-label="Uses">${token.uses} of ${token.maxUses}</td>
              <td data-label="Clients">${clientList(token)}</td>
              <td class="minor" data-label="Minted by">${names.get(token.createdBy) ?? token.createdBy}</td>
              <td data-label="Expires">${listTime(token.expiresAt)}</td>
              <td class="actions">${token.status === 'ready' && html`<button class="button button-small button-danger" type="button" popovertarget="revoke-${token.jti}">Revoke<span class="visually-hidden"> ${token.note || token.jti}</span></button>`}</td>
            </tr>`
}

/** Clients that are named in a row; the others are counted. */
const namedClients = 3

/** What a token made. */
function clientList({ jti, clientIds }: ListedToken): Html {
  if (clientIds.length === 0) return html`<span class="faint">None</span>`
  return html`<ul>
                ${clientIds.slice(0, namedClients).map((id) => html`<li><a class="breakable" href="/console/clients/${encodeURIComponent(id)}"><code class="small-code">${id}</code></a></li>`)}
                ${clientIds.length > namedClients && html`<li><a href="/console/clients?initial_access_token_jti=${encodeURIComponent(jti)}">All ${clientIds.length}</a></li>`}
              </ul>`
}

function revokeDialog({ jti, note }: ListedToken, viewer: Viewer): Html {
  return confirmDialog({
    id: `revoke-${jti}`,
    action: '/console/initial-access-tokens/revoke',
    viewer,
    title: `Revoke the token${note && ` “${note}”`}?`,
    consequence: 'Nobody can register with it any more. Clients that it made stay.',
    keep: 'Keep token',
    confirm: 'Revoke token',
    fields: html`<input type="hidden" name="jti" value="${jti}">`,
  })
}
