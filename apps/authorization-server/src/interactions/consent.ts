import { permittedScopes } from '@neonpanel/contracts/roles'
import {
  type IdentityScope,
  identityScopes,
  isReadScope,
  parseScope,
  requiredScope,
  resourceScopes,
  type Scope,
  type ScopeGroup,
  scopeGroups,
  scopes,
} from '@neonpanel/contracts/scopes'
import type { CompanyMembership } from '../people/directory.ts'
import type { ScopeChallenge } from '../provider/scope-challenges.ts'

/** All that a consent is decided from. Everything here is a fact; nothing is what the person ticks. */
export interface ConsentRequest {
  /** Resource scopes in catalogue order; `read:companies` among them whenever there is any. */
  readonly scopes: readonly Scope[]
  /** `read:companies` when the client did not ask for it: it comes with the others. */
  readonly impliedScope?: Scope | undefined
  readonly identityScopes: readonly IdentityScope[]
  readonly memberships: readonly CompanyMembership[]
  /** Whether permitted `read:` scopes are ticked for the person (CONTRACT section 3). */
  readonly trusted: boolean
  /** Whether the person must say that they started this themselves: an unknown program waits for the answer. */
  readonly mustConfirmStart: boolean
  /** What the same person allowed the same client before, when this request asks for more. */
  readonly earlier?: EarlierGrant | undefined
}

export interface EarlierGrant {
  readonly id: string
  /** The challenge that this request answers; without one it repeats all that was granted and asks for more. */
  readonly challenge?: ScopeChallenge | undefined
  readonly scopes: readonly Scope[]
  readonly companies: Companies
  readonly since: Date
}

/** Companies of a grant: all that the person belongs to, now and later, or the listed ones. */
export type Companies = { all: true } | { all: false; ids: readonly string[] }

/** Splits a requested `scope`; unknown values are ignored (RFC 6749 section 3.3). */
export function requestedScopes(scope: string | undefined) {
  const asked = new Set(parseScope(scope))
  const resource = resourceScopes.filter((name) => asked.has(name))
  return {
    scopes: resource.length > 0 ? withRequired(resource) : [],
    identityScopes: identityScopes.filter((name) => asked.has(name)),
  }
}

/** One permission on the consent page. */
export interface ScopeRow {
  readonly scope: Scope
  readonly state: 'required' | 'offered' | 'denied'
  readonly ticked: boolean
  /** Why it is not available, for `denied`. */
  readonly reason?: string
}

export interface ConsentView {
  readonly groups: readonly { readonly group: ScopeGroup; readonly rows: readonly ScopeRow[] }[]
  /** Permissions that the page asks about. */
  readonly asked: number
  /** Permissions that the earlier grant holds. */
  readonly granted: readonly Scope[]
}

/**
 * What the consent page shows.
 *
 * @param ticked what the person had ticked when the page is shown again; else trust decides
 */
export function viewConsent(request: ConsentRequest, ticked?: ReadonlySet<string>): ConsentView {
  const granted = request.earlier?.scopes ?? []
  const rows = request.scopes
    .filter((scope) => !granted.includes(scope))
    .map((scope) => scopeRow(request, scope, ticked))
  const groups = Object.keys(scopeGroups).map((group) => ({
    group: group as ScopeGroup,
    rows: rows.filter(({ scope }) => scopes[scope].group === group),
  }))
  return { groups: groups.filter((group) => group.rows.length > 0), asked: rows.length, granted }
}

/** Whether there is anything to say yes to. */
export function isAnythingPermitted(request: ConsentRequest): boolean {
  if (request.scopes.length === 0) return request.identityScopes.length > 0
  return isAnyPermitted(request, permittedScopes(consideredMemberships(request)))
}

/** Whether the client gets anything of what it asked for itself. */
function isAnyPermitted({ scopes, impliedScope }: ConsentRequest, permitted: readonly Scope[]) {
  return scopes.some((scope) => scope !== impliedScope && permitted.includes(scope))
}

/** What the person chose on the page. */
export interface ConsentChoice {
  readonly scopes: ReadonlySet<string>
  readonly companies: Companies
  readonly startedByMe: boolean
}

export type ConsentDecision =
  | {
      ok: true
      /** Requested and ticked and permitted, and what was granted before and still is permitted. */
      granted: Scope[]
      /** Requested and not granted: the provider must not ask for them again in this flow. */
      refused: Scope[]
      companies: Companies
    }
  | { ok: false; reason: 'no_company' | 'not_confirmed' | 'nothing_permitted' }

/**
 * What a person's choice grants: what was requested and ticked and is permitted by their roles in the consented
 * companies (CONTRACT section 3). The form is not believed: only names that stood on the page count.
 */
export function decideConsent(request: ConsentRequest, choice: ConsentChoice): ConsentDecision {
  if (request.mustConfirmStart && !choice.startedByMe) return { ok: false, reason: 'not_confirmed' }
  const companies = request.earlier?.companies ?? ownCompanies(request, choice.companies)
  const memberships = membershipsIn(request.memberships, companies)
  if (request.scopes.length > 0 && memberships.length === 0)
    return { ok: false, reason: 'no_company' }

  const permitted = permittedScopes(memberships)
  const earlier = request.earlier?.scopes ?? []
  const granted = resourceScopes.filter(
    (scope) =>
      permitted.includes(scope) && (earlier.includes(scope) || isChosen(request, choice, scope)),
  )
  if (request.scopes.length > 0 && !isAnyPermitted(request, permitted)) {
    return { ok: false, reason: 'nothing_permitted' }
  }
  const refused = request.scopes.filter((scope) => !granted.includes(scope))
  return { ok: true, granted, refused, companies }
}

function isChosen(request: ConsentRequest, choice: ConsentChoice, scope: Scope): boolean {
  const ticked = scope === requiredScope || choice.scopes.has(scope)
  return ticked && request.scopes.includes(scope)
}

function withRequired(asked: readonly Scope[]): Scope[] {
  return resourceScopes.filter((scope) => scope === requiredScope || asked.includes(scope))
}

function scopeRow(
  request: ConsentRequest,
  scope: Scope,
  ticked: ReadonlySet<string> | undefined,
): ScopeRow {
  const memberships = consideredMemberships(request)
  if (!permittedScopes(memberships).includes(scope)) {
    return { scope, state: 'denied', ticked: false, reason: reasonOf(scope, memberships) }
  }
  if (scope === requiredScope) return { scope, state: 'required', ticked: true }
  const byTrust = request.trusted && isReadScope(scope)
  return { scope, state: 'offered', ticked: ticked ? ticked.has(scope) : byTrust }
}

/** A step-up keeps its companies: only the roles there count. */
function consideredMemberships({ memberships, earlier }: ConsentRequest) {
  return earlier ? membershipsIn(memberships, earlier.companies) : memberships
}

function membershipsIn(memberships: readonly CompanyMembership[], companies: Companies) {
  if (companies.all) return memberships
  return memberships.filter(({ companyId }) => companies.ids.includes(companyId))
}

/** Drops ids of companies that the person does not belong to. A request without resource scopes names none. */
function ownCompanies(
  { scopes: asked, memberships }: ConsentRequest,
  companies: Companies,
): Companies {
  if (asked.length === 0) return { all: false, ids: [] }
  if (companies.all) return companies
  const ids = membershipsIn(memberships, companies).map(({ companyId }) => companyId)
  return { all: false, ids }
}

const list = new Intl.ListFormat('en-GB', { type: 'conjunction' })

/** A refusal gives its reason and who can change it. */
function reasonOf(scope: Scope, memberships: readonly CompanyMembership[]): string {
  const deed = scopes[scope].title.charAt(0).toLowerCase() + scopes[scope].title.slice(1)
  const roles = [...new Set(memberships.map(({ role }) => role))]
  if (roles.length === 0)
    return `You can’t ${deed}: you belong to no company. An owner can invite you.`
  const subject =
    roles.length === 1 ? `Your role, ${roles[0]},` : `Your roles, ${list.format(roles)},`
  return `${subject} can’t ${deed}. An owner can change this.`
}
