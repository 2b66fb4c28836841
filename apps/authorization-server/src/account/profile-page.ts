import type { CompanyMembership, Person } from '../people/directory.ts'
import { type Html, html } from '../web/html.ts'
import { icon } from '../web/icons.ts'
import type { Viewer } from '../web/layout.ts'
import { accountFrame } from './frame.ts'

export interface ProfileView {
  readonly viewer: Viewer
  readonly person: Person
  readonly memberships: readonly CompanyMembership[]
}

/** `/account/profile`: who the person is, and what they may do where. */
export function profilePage({ viewer, person, memberships }: ProfileView): Html {
  return accountFrame({
    title: 'Profile',
    section: '/account/profile',
    viewer,
    content: html`<section class="card" aria-labelledby="profile-title">
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
      </section>`,
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
