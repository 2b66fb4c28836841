import { identityScopes, registrationScope, scopes } from '@neonpanel/contracts/scopes'
import { type Html, html, when } from '../../web/html.ts'
import type { ScopeHolders } from './scope-holders.ts'

/**
 * What can be asked for, which roles hold it, who was granted it, and which tool needs it.
 *
 * @param names of clients, by their ids
 */
export function scopesPage(
  holders: readonly ScopeHolders[],
  names: ReadonlyMap<string, string>,
): Html {
  return html`<header class="page-header">
      <h1>Scopes</h1>
      <p class="lede">A token carries a scope only while the person’s role in one of the consented companies holds it.</p>
    </header>
    <div class="stack stack-loose">
      <section class="card table-wrap" aria-label="Scopes">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Scope</th>
              <th scope="col">Roles that hold it</th>
              <th scope="col">Tools that need it</th>
              <th class="num" scope="col">People</th>
              <th scope="col">Granted to</th>
              <th class="num" scope="col">Active grants</th>
            </tr>
          </thead>
          <tbody>${holders.map((scope) => scopeRow(scope, names))}</tbody>
        </table>
      </section>
      <section class="card" aria-labelledby="other-title">
        <header class="card-header">
          <div>
            <h2 id="other-title">Other scopes</h2>
            <p class="small">Known to this authorization server only; the MCP server never lists them.</p>
          </div>
        </header>
        <ul class="list">
          <li class="stack stack-snug">
            <ul class="scope-list">${identityScopes.map((scope) => html`<li><code class="scope">${scope}</code></li>`)}</ul>
            <p class="small">Who the person is, and refresh tokens. Any client may ask for them.</p>
          </li>
          <li class="stack stack-snug">
            <ul class="scope-list"><li><code class="scope">${registrationScope}</code></li></ul>
            <p class="small">The scope of an initial access token, and of nothing else.</p>
          </li>
        </ul>
      </section>
    </div>`
}

function scopeRow(
  { scope, roles, tools, people, activeGrants, clients }: ScopeHolders,
  names: ReadonlyMap<string, string>,
): Html {
  const { title, asks, sensitivity } = scopes[scope]
  return html`<tr>
              <td>
                <div class="stack stack-tight">
                  <span class="cluster"><code class="scope"${when(sensitivity === 'sensitive', 'data-tone="warn"')}>${scope}</code></span>
                  <strong>${title}</strong>
                  <span class="small">${asks}</span>
                </div>
              </td>
              <td data-label="Roles">${roles.join(', ')}</td>
              <td data-label="Tools"><ul>${tools.map((tool) => html`<li><code class="small-code nowrap">${tool}</code></li>`)}</ul></td>
              <td class="num" data-label="People"><a href="/console/users?scope=${encodeURIComponent(scope)}">${people}<span class="visually-hidden"> people hold ${scope}</span></a></td>
              <td data-label="Granted to">${clientList(clients, names)}</td>
              <td class="num" data-label="Active grants">${activeGrants}</td>
            </tr>`
}

/** Clients that are named in a row; the others are counted. */
const namedClients = 3

function clientList(clients: ScopeHolders['clients'], names: ReadonlyMap<string, string>): Html {
  if (clients.length === 0) return html`<span class="faint">None</span>`
  const more = clients.length - namedClients
  return html`<ul>
                ${clients.slice(0, namedClients).map(({ clientId }) => html`<li><a class="breakable" href="/console/clients/${encodeURIComponent(clientId)}">${names.get(clientId) ?? clientId}</a></li>`)}
                ${more > 0 && html`<li class="faint">${more} more</li>`}
              </ul>`
}
