import { roleNames } from '@neonpanel/contracts/roles'
import { resourceScopes } from '@neonpanel/contracts/scopes'
import { ago } from '../../web/ago.ts'
import { confirmDialog } from '../../web/confirm-dialog.ts'
import { csrfField } from '../../web/forms.ts'
import { type Html, html, when } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { avatar } from '../../web/identity.ts'
import type { Viewer } from '../../web/layout.ts'
import { time } from '../../web/time.ts'
import type { ListedGrant } from '../grants.ts'
import { counted, pager } from '../pager.ts'
import type { Page } from '../paging.ts'
import type { AdministeredPerson, PeopleFilter } from './administration.ts'

export interface UsersView {
  readonly notice: Html | undefined
  readonly filter: PeopleFilter
  readonly people: Page<AdministeredPerson>
}

export function usersPage({ notice, filter, people }: UsersView): Html {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined)
  const href = `/console/users?${new URLSearchParams(given as [string, string][])}`
  return html`<header class="page-header">
      <h1>Users</h1>
      <p class="lede">People who may sign in. Their role in a company is the most that any client gets from it.</p>
    </header>
    <div class="stack">
      ${notice}
      <form class="toolbar" method="get" role="search">
        <div class="search">
          ${icon('search')}
          <label class="visually-hidden" for="q">Search users</label>
          <input class="input" id="q" name="q" type="search" value="${filter.q ?? ''}" placeholder="Name or email">
        </div>
        <div class="select">
          <label class="visually-hidden" for="scope">May use</label>
          <select class="input" id="scope" name="scope">
            <option value="">Any scope</option>
            ${resourceScopes.map((scope) => html`<option${when(scope === filter.scope, 'selected')}>${scope}</option>`)}
          </select>
        </div>
        <button class="button" type="submit">Filter</button>
      </form>
      ${people.rows.length > 0 ? peopleTable(people, href) : nobody}
    </div>`
}

const nobody = html`<section class="card empty" aria-label="Users">
        ${icon('users')}
        <h2>Nobody matches</h2>
        <p class="cluster"><a class="button" href="/console/users">Show everybody</a></p>
      </section>`

function peopleTable(people: Page<AdministeredPerson>, href: string): Html {
  return html`<section class="card table-wrap" aria-label="Users">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Person</th>
              <th scope="col">Status</th>
              <th scope="col">Roles</th>
              <th class="num" scope="col">Active grants</th>
            </tr>
          </thead>
          <tbody>${people.rows.map(personRow)}</tbody>
        </table>
        ${pager(href, counted(people.rows.length, 'person', 'people'), people.nextCursor)}
      </section>`
}

function personRow(person: AdministeredPerson): Html {
  return html`<tr>
              <td>
                <div class="identity">
                  ${avatar(person.name)}
                  <p><a class="row-link" href="/console/users/${person.id}">${person.name}</a><span class="faint breakable">${person.email}</span></p>
                </div>
              </td>
              <td data-label="Status">${standing(person)}</td>
              <td data-label="Roles">${roleList(person)}</td>
              <td class="num" data-label="Active grants">${person._count.grants}</td>
            </tr>`
}

function roleList({ memberships, administrator }: AdministeredPerson): Html {
  if (memberships.length === 0 && !administrator) return html`<span class="faint">No company</span>`
  return html`<ul>
                ${administrator && html`<li>Administrator <span class="faint">of the console</span></li>`}
                ${memberships.map(({ company, role }) => html`<li>${role} <span class="faint">of ${company.name}</span></li>`)}
              </ul>`
}

function standing({ suspendedAt }: AdministeredPerson): Html {
  return suspendedAt
    ? html`<span class="status" data-tone="danger" data-shape="square">Suspended</span>`
    : html`<span class="status" data-tone="ok">May sign in</span>`
}

export interface UserView {
  readonly viewer: Viewer
  readonly notice: Html | undefined
  readonly person: AdministeredPerson
  /** Every company, so that the person can be added to one. */
  readonly companies: readonly { readonly id: string; readonly name: string }[]
  readonly grants: Page<ListedGrant>
  readonly clientNames: ReadonlyMap<string, string>
  /** Browsers in which the person is signed in. */
  readonly sessions: number
  /** Nobody can shut themselves out. */
  readonly isViewer: boolean
}

export function userPage(view: UserView): Html {
  const { person, notice } = view
  return html`<header class="page-header">
      <nav aria-label="Breadcrumb">
        <ol class="breadcrumb">
          <li><a href="/console/users">Users</a></li>
          <li>${person.name}</li>
        </ol>
      </nav>
      <div class="identity">
        ${avatar(person.name)}
        <div class="stack stack-tight">
          <h1>${person.name}</h1>
          <p class="cluster">${standing(person)} ${person.administrator && html`<span class="badge" data-tone="accent">Administrator</span>`}</p>
        </div>
      </div>
    </header>
    <div class="stack stack-loose">
      ${notice}
      <div class="columns columns-aside">
        <div class="stack stack-loose">
          ${rolesCard(view)}
          ${grantsCard(view)}
        </div>
        <div class="stack stack-loose">
          <section class="card" aria-labelledby="person-title">
            <header class="card-header"><h2 id="person-title">Person</h2></header>
            <div class="card-body">
              <dl class="facts">
                <div><dt>Email</dt><dd class="breakable">${person.email}</dd></div>
                <div><dt>Person ID</dt><dd><code>${person.id}</code></dd></div>
                <div><dt>Since</dt><dd>${time(person.createdAt)}</dd></div>
                <div><dt>Signed in</dt><dd>${view.sessions === 0 ? 'Nowhere' : `In ${counted(view.sessions, 'browser')}`}</dd></div>
                <div><dt>Events</dt><dd><a href="/console/audit?person_id=${encodeURIComponent(person.id)}">Audit log of this person</a></dd></div>
              </dl>
            </div>
          </section>
          ${standingCard(view)}
        </div>
      </div>
    </div>`
}

function rolesCard({ person, companies, viewer }: UserView): Html {
  return html`<section class="card" aria-labelledby="roles-title">
            <header class="card-header">
              <div>
                <h2 id="roles-title">Roles</h2>
                <p class="small">Takes effect at once, for every client that the person connected.</p>
              </div>
            </header>
            <form class="card-body stack" method="post" action="/console/users/${person.id}/roles">
              ${csrfField(viewer.csrf)}
              ${companies.map((company) => roleField(company, person))}
              <div><button class="button" type="submit">Save roles</button></div>
            </form>
          </section>`
}

function roleField({ id, name }: UserView['companies'][number], person: AdministeredPerson): Html {
  const held = person.memberships.find(({ companyId }) => companyId === id)?.role
  const option = (value: string, label: string, selected: boolean) =>
    html`<option value="${value}"${when(selected, 'selected')}>${label}</option>`
  return html`<div class="field">
                <label class="field-label" for="role-${id}">${name}</label>
                <div class="select">
                  <select class="input" id="role-${id}" name="role:${id}">
                    ${option('', 'No access', held === undefined)}
                    ${roleNames.map((role) => option(role, role, role === held))}
                  </select>
                </div>
              </div>`
}

function grantsCard({ person, grants, clientNames, viewer }: UserView): Html {
  return html`<section class="card table-wrap" aria-labelledby="grants-title">
            <header class="card-header">
              <h2 id="grants-title">Active grants <span class="faint">${person._count.grants}</span></h2>
            </header>
            ${
              grants.rows.length === 0
                ? html`<div class="empty">${icon('plug')}<h3>No active grants</h3><p>No client may use NeonPanel as this person.</p></div>`
                : html`<table class="table">
              <thead>
                <tr>
                  <th scope="col">Client</th>
                  <th scope="col">Scopes</th>
                  <th scope="col">Last used</th>
                  <th scope="col"><span class="visually-hidden">Actions</span></th>
                </tr>
              </thead>
              <tbody>${grants.rows.map((grant) => grantRow(grant, clientNames.get(grant.clientId), viewer, person.id))}</tbody>
            </table>`
            }
          </section>`
}

function grantRow(
  grant: ListedGrant,
  clientName: string | undefined,
  viewer: Viewer,
  personId: string,
): Html {
  const client = clientName ?? grant.clientId
  return html`<tr>
                  <td class="breakable"><a class="row-link" href="/console/clients/${encodeURIComponent(grant.clientId)}">${client}</a></td>
                  <td data-label="Scopes"><ul class="scope-list">${grant.scope.split(' ').map((scope) => html`<li><code class="scope">${scope}</code></li>`)}</ul></td>
                  <td class="nowrap" data-label="Last used">${grant.lastUsedAt ? ago(grant.lastUsedAt) : 'Never'}</td>
                  <td class="actions">
                    <form method="post" action="/console/users/${personId}/grants/revoke">
                      ${csrfField(viewer.csrf)}
                      <input type="hidden" name="grant_id" value="${grant.id}">
                      <button class="button button-small button-danger" type="submit">Revoke<span class="visually-hidden"> the grant of ${client}</span></button>
                    </form>
                  </td>
                </tr>`
}

function standingCard({ person, viewer, sessions, isViewer }: UserView): Html {
  return html`<section class="card danger-zone" aria-labelledby="danger-title">
            <header class="card-header"><h2 id="danger-title">Danger zone</h2></header>
            <ul class="list">
              <li class="stack stack-snug">${signOut(sessions)}</li>
              ${!isViewer && html`<li class="stack stack-snug">${person.suspendedAt ? reinstate(person, viewer) : suspend(person)}</li>`}
            </ul>
          </section>
          ${confirmDialog({
            id: 'sign-out',
            action: `/console/users/${person.id}/sign-out`,
            viewer,
            title: `Sign ${person.name} out everywhere?`,
            consequence: `They must sign in again in every browser.${isViewer ? ' This is you: you leave the console as well.' : ''} Clients that they connected keep their access.`,
            keep: 'Keep signed in',
            confirm: 'Sign out everywhere',
          })}
          ${
            !isViewer &&
            !person.suspendedAt &&
            confirmDialog({
              id: 'suspend',
              action: `/console/users/${person.id}/suspend`,
              viewer,
              title: `Suspend ${person.name}?`,
              consequence:
                'They are signed out everywhere at once, and every client loses what they granted. They can’t sign in until you lift the suspension.',
              keep: 'Keep access',
              confirm: 'Suspend',
            })
          }`
}

function signOut(sessions: number): Html {
  return html`<div>
                <h3>Sign out everywhere</h3>
                <p class="small">Ends ${counted(sessions, 'session')}. Connected clients stay connected.</p>
              </div>
              <p><button class="button button-small" type="button" popovertarget="sign-out">Sign out everywhere</button></p>`
}

function suspend({ _count }: AdministeredPerson): Html {
  return html`<div>
                <h3>Suspend</h3>
                <p class="small">Signs them out everywhere and ends ${counted(_count.grants, 'grant')}.</p>
              </div>
              <p><button class="button button-small button-danger" type="button" popovertarget="suspend">Suspend</button></p>`
}

function reinstate({ id, suspendedAt }: AdministeredPerson, viewer: Viewer): Html {
  return html`<div>
                <h3>Lift the suspension</h3>
                <p class="small">Suspended since ${time(suspendedAt!)}. What they had granted stays ended.</p>
              </div>
              <form method="post" action="/console/users/${id}/reinstate">
                ${csrfField(viewer.csrf)}
                <button class="button button-small" type="submit">Lift the suspension</button>
              </form>`
}
