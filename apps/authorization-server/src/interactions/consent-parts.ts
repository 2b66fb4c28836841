import {
  isReadScope,
  type Scope,
  type ScopeGroup,
  scopeGroups,
  scopes,
} from '@neonpanel/contracts/scopes'
import { type Html, html, when } from '../web/html.ts'
import { type IconName, icon } from '../web/icons.ts'
import { formatDate } from '../web/time.ts'
import type { Companies, ConsentRequest, ConsentView, EarlierGrant, ScopeRow } from './consent.ts'

const groupIcons = {
  inventory: 'box',
  finance: 'chart',
  write: 'upload',
} as const satisfies Record<ScopeGroup, IconName>

const sensitiveBadge = html` <span class="badge" data-tone="warn">${icon('alert')}Sensitive</span>`
const newBadge = html` <span class="badge" data-tone="accent">New</span>`

/** The permissions of one group, each a checkbox named by its title alone: badges describe it, they do not rename it. */
export function scopeGroup(
  { group, rows }: ConsentView['groups'][number],
  isStepUp: boolean,
): Html {
  const sensitive = rows.some(({ scope }) => !isReadScope(scope))
  return html`<fieldset class="scope-group"${when(sensitive, 'data-tone="warn"')}>
          <legend>${icon(groupIcons[group])}${scopeGroups[group]}${isStepUp && newBadge}${sensitive && sensitiveBadge}</legend>
          <div class="scope-rows">
            ${rows.map(scopeRow)}
          </div>
        </fieldset>`
}

function scopeRow({ scope, state, ticked, reason }: ScopeRow): Html {
  const id = `scope-${scope.replace(':', '-')}`
  const badge = { required: 'Required', denied: 'Not available', offered: undefined }[state]
  const described = badge ? `${id}-state ${id}-about` : `${id}-about`
  // A disabled box is not sent: a hidden field carries what is required, and nothing carries what is denied.
  const attributes = {
    required: html` checked disabled`,
    denied: html` disabled`,
    offered: html` name="scope" value="${scope}"${when(ticked, 'checked')}`,
  }[state]
  return html`<div class="scope-row"${state !== 'offered' && html` data-state="${state}"`}>
              ${state === 'required' && html`<input type="hidden" name="scope" value="${scope}">`}
              <input class="check-box" id="${id}" type="checkbox"${attributes} aria-labelledby="${id}-title" aria-describedby="${described}">
              <label for="${id}"><span id="${id}-title">${scopes[scope].title}</span>${badge && html` <span class="badge" id="${id}-state">${badge}</span>`}</label>
              ${
                reason === undefined
                  ? html`<p id="${id}-about">${scopes[scope].asks}</p>`
                  : html`<p class="reason" id="${id}-about">${icon('lock')}<span>${reason}</span></p>`
              }
              ${scopeCode(scope)}
            </div>`
}

const scopeCode = (scope: Scope) =>
  html`<code class="scope"${when(!isReadScope(scope), 'data-tone="warn"')}>${scope}</code>`

/**
 * Which companies the grant covers.
 *
 * @param chosen when the page is shown again; else a trusted app starts with all of them, any other with none
 */
export function companyChoice(
  { memberships, trusted }: Pick<ConsentRequest, 'memberships' | 'trusted'>,
  chosen?: Companies,
): Html {
  const all = chosen ? chosen.all : trusted
  const isTicked = (companyId: string) =>
    chosen && !chosen.all ? chosen.ids.includes(companyId) : memberships.length === 1
  return html`<fieldset class="scope-group">
          <legend>${icon('building')}Companies</legend>
          <div class="choice">
            ${companyRadio('all', 'All companies', `Your ${memberships.length} today and any you join later`, all)}
            ${companyRadio('selected', 'Selected companies', 'Only the ones you tick', !all)}
          </div>
          ${companyList(memberships, isTicked)}
        </fieldset>`
}

/** One checkbox per company; below a choice that is not `selected` it is hidden. */
export function companyList(
  memberships: ConsentRequest['memberships'],
  isTicked: (companyId: string) => boolean,
): Html {
  return html`<div class="company-list">
            ${memberships.map(
              ({ companyId, companyName, role }, index) => html`<div class="check">
              <input class="check-box" id="company-${index}" type="checkbox" name="company" value="${companyId}"${when(isTicked(companyId), 'checked')} aria-labelledby="company-${index}-name" aria-describedby="company-${index}-role">
              <label for="company-${index}"><span id="company-${index}-name">${companyName}</span> <small id="company-${index}-role">${role}</small></label>
            </div>`,
            )}
          </div>`
}

const companyRadio = (
  value: string,
  name: string,
  about: string,
  checked: boolean,
) => html`<div class="check">
              <input class="check-box" id="companies-${value}" type="radio" name="companies" value="${value}"${when(checked, 'checked')} aria-labelledby="companies-${value}-name" aria-describedby="companies-${value}-about">
              <label for="companies-${value}"><span id="companies-${value}-name">${name}</span> <small id="companies-${value}-about">${about}</small></label>
            </div>`

/** What a step-up leaves as it is. */
export function grantedList({ scopes: granted, since }: EarlierGrant): Html {
  const count = `${granted.length} permission${granted.length === 1 ? '' : 's'}`
  return html`<section class="scope-group" aria-labelledby="granted-title">
          <details class="disclosure" open>
            <summary><span class="chevron"></span><span id="granted-title">Already granted, ${count} since ${formatDate(since)}</span></summary>
            <ul class="granted-list">
              ${granted.map((scope) => html`<li>${icon('check')}${scopes[scope].title} ${scopeCode(scope)}</li>`)}
            </ul>
          </details>
        </section>`
}

const list = new Intl.ListFormat('en-GB', { type: 'conjunction' })

export function companiesStay({ memberships, earlier }: ConsentRequest): Html {
  const companies = earlier?.companies ?? { all: true }
  const names = memberships
    .filter(({ companyId }) => companies.all || companies.ids.includes(companyId))
    .map(({ companyName }) => companyName)
  return html`<section class="scope-group" aria-labelledby="companies-title">
          <h3 id="companies-title">${icon('building')}Companies stay the same</h3>
          <p class="small">${companies.all && 'All your companies: '}${list.format(names)}</p>
          <p class="small">To change these, or remove something granted before, use <a href="/account">Connected apps</a>.</p>
        </section>`
}
