import { ago } from '../../web/ago.ts'
import { type Html, html, when } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { appMark, appName, isReviewed } from '../../web/identity.ts'
import { counted, pager } from '../pager.ts'
import type { Page } from '../paging.ts'
import {
  type ClientFilter,
  isConfidential,
  type ListedClient,
  redirectHosts,
} from './client-list.ts'
import { type DocumentClient, documentHost } from './document-clients.ts'

export interface ClientsView {
  readonly notice: Html | undefined
  readonly filter: ClientFilter
  readonly clients: Page<ListedClient>
  /** Only on the list without filter. */
  readonly documentClients: readonly DocumentClient[]
}

export function clientsPage({ notice, filter, clients, documentClients }: ClientsView): Html {
  return html`<header class="page-header">
      <div class="spread">
        <h1>Clients</h1>
        <div class="cluster">
          <a class="button" href="/console/initial-access-tokens">Mint a token</a>
          <a class="button button-primary" href="/console/clients/new">${icon('plus')}Register a client</a>
        </div>
      </div>
      <p class="lede">Apps that may send people here to sign in.</p>
    </header>
    <div class="stack">
      ${notice}
      ${filterForm(filter)}
      ${clients.rows.length > 0 ? clientsTable(clients, filter) : nothingFound}
      ${documentClients.length > 0 && documentClientsTable(documentClients)}
    </div>`
}

const origins = {
  'pre-registered': 'Pre-registered',
  initial_access_token: 'DCR with a token',
  open: 'Open DCR',
  administrator: 'Registered by hand',
} as const

function filterForm(filter: ClientFilter): Html {
  const { q, kind, origin, standing, initial_access_token_jti: jti } = filter
  const option = (value: string, label: string, selected: string | undefined) =>
    html`<option value="${value}"${when(value === selected, 'selected')}>${label}</option>`
  return html`<form class="toolbar" method="get" role="search">
        <div class="search">
          ${icon('search')}
          <label class="visually-hidden" for="q">Search clients</label>
          <input class="input" id="q" name="q" type="search" value="${q ?? ''}" placeholder="Name, client ID or redirect host">
        </div>
        <div class="select">
          <label class="visually-hidden" for="kind">Type</label>
          <select class="input" id="kind" name="kind">
            <option value="">Any type</option>
            ${option('public', 'Public', kind)}
            ${option('confidential', 'Confidential', kind)}
          </select>
        </div>
        <div class="select">
          <label class="visually-hidden" for="origin">Registered via</label>
          <select class="input" id="origin" name="origin">
            <option value="">Any registration</option>
            ${Object.entries(origins).map(([value, label]) => option(value, label, origin))}
          </select>
        </div>
        <div class="select">
          <label class="visually-hidden" for="standing">Standing</label>
          <select class="input" id="standing" name="standing">
            <option value="">Any standing</option>
            ${option('reviewed', 'Reviewed', standing)}
            ${option('unreviewed', 'To be reviewed', standing)}
            ${option('suspended', 'Suspended', standing)}
          </select>
        </div>
        ${jti && html`<input type="hidden" name="initial_access_token_jti" value="${jti}">`}
        <button class="button" type="submit">Filter</button>
      </form>
      ${jti && html`<p class="small">Only clients that registered with <code class="breakable">${jti}</code>. <a href="/console/clients">Show all clients</a></p>`}`
}

const nothingFound = html`<section class="card empty" aria-label="Clients">
        ${icon('plug')}
        <h2>No clients match</h2>
        <p class="cluster"><a class="button" href="/console/clients">Show all clients</a></p>
      </section>`

function clientsTable(clients: Page<ListedClient>, filter: ClientFilter): Html {
  const given = Object.entries(filter).filter(([, value]) => value)
  const href = `/console/clients?${new URLSearchParams(given as [string, string][])}`
  return html`<section class="card table-wrap" aria-label="Clients">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Client</th>
              <th class="minor" scope="col">Type</th>
              <th scope="col">Registered via</th>
              <th scope="col">Redirect hosts</th>
              <th class="num" scope="col">Active grants</th>
              <th scope="col">Last used</th>
            </tr>
          </thead>
          <tbody>${clients.rows.map(clientRow)}</tbody>
        </table>
        ${pager(href, counted(clients.rows.length, 'client'), clients.nextCursor, 'DCR: the client registered itself.')}
      </section>`
}

function clientRow(client: ListedClient): Html {
  const reviewed = isReviewed(client)
  const app = { clientId: client.clientId, name: client.name, reviewed }
  const hosts = redirectHosts(client)
  return html`<tr>
              <td>
                <div class="identity">
                  ${appMark(app)}
                  <p><span class="cluster"><a class="row-link" href="${clientHref(client.clientId)}">${appName(app)}</a>${reviewed && verifiedMark}</span><code class="faint breakable">${client.clientId}</code></p>
                </div>
              </td>
              <td class="minor" data-label="Type"><span class="badge badge-plain">${isConfidential(client) ? 'Confidential' : 'Public'}</span></td>
              <td data-label="Registered via"><span>${originBadge(client)} ${client.suspendedAt && suspendedBadge}</span></td>
              <td data-label="Redirect hosts">${hosts.length > 0 ? html`<div>${hosts.map((host) => html`<code class="host">${host}</code>`)}</div>` : html`<span class="faint">None</span>`}</td>
              <td class="num" data-label="Active grants">${client.activeGrants.toLocaleString('en-GB')}</td>
              <td class="nowrap" data-label="Last used">${client.lastUsedAt ? ago(client.lastUsedAt) : 'Never'}</td>
            </tr>`
}

function documentClientsTable(clients: readonly DocumentClient[]): Html {
  const row = (client: DocumentClient) => {
    const app = { clientId: client.clientId, name: documentHost(client), reviewed: false }
    return html`<tr>
              <td>
                <div class="identity">
                  ${appMark(app)}
                  <p><a class="row-link" href="${clientHref(client.clientId)}">${appName(app)}</a><code class="faint breakable">${client.clientId}</code></p>
                </div>
              </td>
              <td class="num" data-label="Active grants">${client.activeGrants.toLocaleString('en-GB')}</td>
            </tr>`
  }
  return html`<section class="card table-wrap" aria-labelledby="documents-title">
        <header class="card-header">
          <div>
            <h2 id="documents-title">Known by their metadata document</h2>
            <p class="small">They never register. They are listed while people let them use NeonPanel.</p>
          </div>
        </header>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Client</th>
              <th class="num" scope="col">Active grants</th>
            </tr>
          </thead>
          <tbody>${clients.map(row)}</tbody>
        </table>
      </section>`
}

const verifiedMark = html`<span class="verified">${icon('shield-check')}<span class="visually-hidden">Verified</span></span>`

const suspendedBadge = html`<span class="badge" data-tone="danger">Suspended</span>`

export function clientHref(clientId: string): string {
  return `/console/clients/${encodeURIComponent(clientId)}`
}

const originTones = {
  'pre-registered': 'ok',
  administrator: 'ok',
  initial_access_token: 'accent',
  open: 'neutral',
} as const

export function originBadge({ origin }: Pick<ListedClient, 'origin'>): Html {
  return html`<span class="badge" data-tone="${originTones[origin]}">${origins[origin]}</span>`
}
