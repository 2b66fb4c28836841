import type { Fault } from '@neonpanel/faults/fault'
import type { Preset } from '@neonpanel/faults/presets'
import { csrfField } from '../../web/forms.ts'
import { type Html, html } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import type { Viewer } from '../../web/layout.ts'
import { counted } from '../pager.ts'
import { endChoices } from './fault-form.ts'
import {
  effectText,
  endText,
  everybody,
  hitAgo,
  placeText,
  type ScopeNames,
  scopeText,
  titleOf,
} from './fault-words.ts'

/** A preset that is off: its switch, its story, and for whom and how long it is to be on. */
export function presetRow(preset: Preset, scopes: Html, viewer: Viewer): Html {
  const { id } = preset
  const choice = (field: string, name: string, label: string, options: Html | readonly Html[]) =>
    html`<div class="field">
                <label class="field-label" for="${id}-${field}">${label}</label>
                <div class="select"><select class="input" id="${id}-${field}" name="${name}">${options}</select></div>
              </div>`
  const ends = endChoices.map(([value, text]) => html`<option value="${value}">${text}</option>`)
  return html`<form class="fault" method="post" action="/console/faults/presets/${id}" aria-labelledby="${id}-title">
            ${csrfField(viewer.csrf)}
            <button class="switch" type="submit" role="switch" aria-checked="false" aria-labelledby="${id}-title"></button>
            <div class="stack stack-tight">
              <h3 class="cluster" id="${id}-title">${preset.title}</h3>
              ${storyOf(preset)}
            </div>
            <div class="fault-scope">
              ${choice('scope', 'scope', 'Applies to', scopes)}
              ${choice('ends', 'ends', 'Turns off after', ends)}
            </div>
          </form>`
}

function storyOf({ story, goodClient, sources, where }: Preset): Html {
  return html`<p class="small">${story}</p>
              <p class="small"><span class="faint">A good client</span> ${goodClient}</p>
              <p class="small faint">Strikes ${placeText(where)}. Source: ${sources.map((source, index) => html`${index > 0 && ', '}${sourceLink(source)}`)}</p>`
}

/** `owner/repository#123` leads to the thread; words are words. */
function sourceLink(source: string): Html {
  const [, repository, number] = /^([\w.-]+\/[\w.-]+)#(\d+)$/.exec(source) ?? []
  if (repository) {
    return html`<a class="breakable" href="https://github.com/${repository}/issues/${number}">${source}</a>`
  }
  return /^[\w.-]+\/[\w.-]+$/.test(source)
    ? html`<a class="breakable" href="https://github.com/${source}">${source}</a>`
    : html`${source}`
}

/** The choices of whom a fault is for. */
export function scopeOptions({ clients, people }: ScopeNames): Html {
  const group = (label: string, kind: string, names: ReadonlyMap<string, string>) =>
    names.size > 0 &&
    html`<optgroup label="${label}">${[...names].map(([id, name]) => html`<option value="${kind}:${id}">${name}</option>`)}</optgroup>`
  return html`<option value="">${everybody}</option>${group('Clients', 'client', clients)}${group('People', 'person', people)}`
}

/** A fault that is on, with what it has done so far, and the switch that ends it. */
export function activeRow(
  fault: Fault,
  { preset, names, viewer }: { preset?: Preset | undefined; names: ScopeNames; viewer: Viewer },
): Html {
  const title = `fault-${fault.id}`
  const delay = fault.what.delay_ms
  return html`<form class="fault" method="post" action="/console/faults/off" aria-labelledby="${title}" data-state="active">
            <span class="hatch" aria-hidden="true"></span>
            ${csrfField(viewer.csrf)}
            <input type="hidden" name="id" value="${fault.id}">
            <button class="switch" type="submit" role="switch" aria-checked="true" aria-labelledby="${title}"></button>
            <div class="stack stack-tight">
              <h3 class="cluster" id="${title}">${titleOf(fault)} <span class="badge" data-tone="warn">${icon('bolt')}On</span></h3>
              ${preset ? storyOf({ ...preset, where: fault.where }) : html`<p class="small">${effectText(fault.what)}. Strikes ${placeText(fault.where)}.</p>`}
              <p class="fault-live">${fault.lastHitAt ? `Hit ${counted(fault.hits, 'time')}, last ${hitAgo(fault.lastHitAt)}.` : 'Not hit yet.'}</p>
            </div>
            <dl class="facts fault-scope">
              <div><dt>Applies to</dt><dd><strong class="breakable">${scopeText(fault.where, names)}</strong></dd></div>
              <div><dt>Turns off</dt><dd>${endText(fault)}</dd></div>
              ${delay !== undefined && html`<div><dt>Delay</dt><dd>${counted(delay / 1000, 'second')}</dd></div>`}
            </dl>
          </form>`
}
