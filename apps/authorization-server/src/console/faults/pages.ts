import type { Fault } from '@neonpanel/faults/fault'
import { type Preset, type PresetId, presets } from '@neonpanel/faults/presets'
import { authorizationPresets } from '@neonpanel/faults/presets/authorization'
import { mcpPresets } from '@neonpanel/faults/presets/mcp'
import { metadataPresets } from '@neonpanel/faults/presets/metadata'
import { registrationPresets } from '@neonpanel/faults/presets/registration'
import { tokenPresets } from '@neonpanel/faults/presets/tokens'
import { type Html, html } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { faultBanner } from './banner.ts'
import { activeRow, presetRow, scopeOptions } from './fault-rows.ts'
import type { ScopeNames } from './fault-words.ts'
import { type RuleForm, ruleForm } from './rule-form.ts'

export interface FaultsView extends RuleForm {
  readonly notice: Html | undefined
  readonly faults: readonly Fault[]
  /** Of those that faults are for. */
  readonly names: ScopeNames
  /** Those that can be chosen for a preset. */
  readonly choices: ScopeNames
}

const header = html`<header class="page-header">
      <h1>Faults</h1>
      <p class="lede">Break one thing on purpose, for one client, to see how it recovers. Every fault of this page turns itself off.</p>
    </header>`

/** The presets, by the part of a connection that they break. */
const groups: readonly (readonly [string, string, readonly string[]])[] = [
  ['discovery', 'Discovery, keys and CORS', Object.keys(metadataPresets)],
  ['registration', 'Registration', Object.keys(registrationPresets)],
  ['authorization', 'Authorization', Object.keys(authorizationPresets)],
  ['tokens', 'Tokens', Object.keys(tokenPresets)],
  ['mcp', 'MCP server', Object.keys(mcpPresets)],
]

export function faultsPage(view: FaultsView): Html {
  const { faults, notice, names, viewer, choices } = view
  const own = faults.filter(({ preset }) => presetOf(preset) === undefined)
  const scopes = scopeOptions(choices)
  return html`${header}
    <div class="stack stack-loose">
      ${notice}
      ${faults.length > 0 && faultBanner({ faults, viewer, names })}
      ${
        own.length > 0 &&
        html`<section class="card" aria-labelledby="own-title">
        <header class="card-header"><h2 id="own-title">Faults of your own</h2></header>
        <div class="list">${own.map((fault) => activeRow(fault, { names, viewer }))}</div>
      </section>`
      }
      ${groupLinks(faults)}
      ${groups.map(
        ([id, title, ids]) => html`<section class="card" aria-labelledby="${id}-group">
        <header class="card-header"><h2 id="${id}-group">${title}</h2></header>
        <div class="list">${ids.map((preset) => rowsOf(presetOf(preset)!, view, scopes))}</div>
      </section>`,
      )}
      ${ruleForm(view)}
    </div>`
}

/** There are many presets: the way to each group, or to what is on in it, and to what the presets leave open. */
function groupLinks(faults: readonly Fault[]): Html {
  const link = ([id, title, ids]: (typeof groups)[number]) => {
    const active = faults.filter(({ preset }) => preset !== undefined && ids.includes(preset))
    const [first] = active
    return first
      ? html`<a href="#fault-${first.id}">${title} <span>${active.length} on</span></a>`
      : html`<a href="#${id}-group">${title} <span>${ids.length}</span></a>`
  }
  return html`<nav class="segmented" aria-label="Presets">
        ${groups.map(link)}
        <a href="#own-rule">A fault of your own</a>
      </nav>`
}

export function presetOf(id: string | undefined): Preset | undefined {
  return presets.find((preset) => preset.id === (id as PresetId | undefined))
}

/** A preset that is on has no other switch; one that is on several times has one for each. */
function rowsOf(preset: Preset, { faults, names, viewer }: FaultsView, scopes: Html): Html {
  const active = faults.filter((fault) => fault.preset === preset.id)
  if (active.length === 0) return presetRow(preset, scopes, viewer)
  return html`${active.map((fault) => activeRow(fault, { preset, names, viewer }))}`
}

/** Why there is nothing to switch on. */
export const faultsOffPage = html`${header}
    <section class="card empty" aria-label="Faults">
      ${icon('bolt')}
      <h2>Faults are off on this server</h2>
      <p>TEST_CONTROLS is off, as it is wherever others can reach the issuer. Start with TEST_CONTROLS=true on a loopback issuer, or TEST_CONTROLS=staging elsewhere, to break things on purpose.</p>
    </section>`
