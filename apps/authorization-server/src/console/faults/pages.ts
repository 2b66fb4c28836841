import type { Fault } from '@neonpanel/faults/fault'
import { type FaultKindName, faultKinds } from '@neonpanel/faults/kinds'
import { ago } from '../../web/ago.ts'
import { csrfField } from '../../web/forms.ts'
import { type Html, html, when } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import type { Viewer } from '../../web/layout.ts'
import { formatClock, time } from '../../web/time.ts'
import { counted } from '../pager.ts'
import {
  effectChoices,
  endChoices,
  type FaultFormValues,
  methodChoices,
  serverChoices,
} from './fault-form.ts'

export interface FaultsView {
  readonly viewer: Viewer
  readonly notice: Html | undefined
  readonly faults: readonly Fault[]
  readonly values: FaultFormValues
  readonly problems: ReadonlyMap<string, string>
}

const header = html`<header class="page-header">
      <h1>Faults</h1>
      <p class="lede">Break one thing on purpose, to see how a client recovers. Every fault of this page turns itself off.</p>
    </header>`

export function faultsPage(view: FaultsView): Html {
  const { faults, notice, viewer } = view
  return html`${header}
    <div class="stack stack-loose">
      ${notice}
      ${faults.length > 0 && banner(faults, viewer)}
      ${faults.length > 0 && html`<section class="card" aria-label="Faults that are on"><div class="list">${faults.map((fault) => faultItem(fault, viewer))}</div></section>`}
      ${addForm(view)}
    </div>`
}

/** Why there is nothing to switch on. */
export const faultsOffPage = html`${header}
    <section class="card empty" aria-label="Faults">
      ${icon('bolt')}
      <h2>Faults are off on this server</h2>
      <p>TEST_CONTROLS is off, as it is wherever others can reach the issuer. Start with TEST_CONTROLS=true on a loopback issuer, or TEST_CONTROLS=staging elsewhere, to break things on purpose.</p>
    </section>`

function banner(faults: readonly Fault[], { csrf }: Viewer): Html {
  return html`<section class="fault-banner" aria-labelledby="active-title">
        <span class="hatch" aria-hidden="true"></span>
        <div class="spread">
          <div>
            <h2 id="active-title">${faults.length === 1 ? '1 fault is on' : `${faults.length} faults are on`}</h2>
            <p class="small">Every client of this server is affected. The console is not.</p>
          </div>
          <form method="post" action="/console/faults/off">
            ${csrfField(csrf)}
            <button class="button" type="submit">Turn all off</button>
          </form>
        </div>
      </section>`
}

function faultItem(fault: Fault, { csrf }: Viewer): Html {
  const title = `fault-${fault.id}`
  return html`<form class="fault" method="post" action="/console/faults/off" aria-labelledby="${title}" data-state="active">
            <span class="hatch" aria-hidden="true"></span>
            ${csrfField(csrf)}
            <input type="hidden" name="id" value="${fault.id}">
            <button class="switch" type="submit" role="switch" aria-checked="true" aria-labelledby="${title}"></button>
            <div class="stack stack-tight">
              <h3 class="cluster" id="${title}">${effectText(fault)} <span class="badge" data-tone="warn">${icon('bolt')}On</span></h3>
              <p class="small">${placeText(fault)}</p>
              <p class="fault-live">${fault.lastHitAt ? `Hit ${counted(fault.hits, 'time')}, last ${ago(fault.lastHitAt)}.` : 'Not hit yet.'}</p>
            </div>
            <dl class="facts fault-scope">
              <div>
                <dt>Turns off</dt>
                <dd>${endText(fault)}</dd>
              </div>
            </dl>
          </form>`
}

function effectText({ what }: Fault): string {
  const waits = what.delay_ms === undefined ? [] : [`waits ${what.delay_ms / 1000} s`]
  const drops = what.drop_connection ? ['drops the connection'] : []
  const answers =
    what.status === undefined && what.body === undefined ? [] : [`answers ${what.status ?? 200}`]
  const adds = what.headers && answers.length === 0 ? ['changes headers'] : []
  const others = Object.keys(what)
    .filter((kind) => !told.has(kind))
    .map(titleOf)
  const text = [...waits, ...drops, ...answers, ...adds, ...others].join(', ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Kinds that have words of their own. */
const told = new Set(['delay_ms', 'drop_connection', 'status', 'body', 'headers'])

const titleOf = (kind: string) => faultKinds[kind as FaultKindName].title.toLowerCase()

function placeText({ where }: Fault): Html {
  const server = serverChoices.find(([value]) => value === (where.server ?? ''))?.[1]
  return html`${where.method ?? 'Every method'} <code>${where.path ?? 'every path'}</code>, ${server}`
}

function endText({ remaining, expiresAt }: Fault): Html {
  if (remaining !== undefined) return html`After ${counted(remaining, 'more hit')}`
  if (expiresAt) return html`${time(expiresAt, `${formatClock(expiresAt)} UTC`)}`
  return html`When you turn it off`
}

function addForm({ viewer, values, problems }: FaultsView): Html {
  const select = (
    name: keyof FaultFormValues,
    label: string,
    choices: readonly (readonly [string, string])[],
  ) =>
    html`<div class="field">
            <label class="field-label" for="${name}">${label}</label>
            <div class="select"><select class="input" id="${name}" name="${name}">
              ${choices.map(([value, text]) => html`<option value="${value}"${when(value === values[name], 'selected')}>${text}</option>`)}
            </select></div>
            ${fieldError(name, problems)}
          </div>`
  const input = (name: keyof FaultFormValues, label: string, type: 'text' | 'number') =>
    html`<div class="field">
            <label class="field-label" for="${name}">${label}</label>
            <input class="input" id="${name}" name="${name}" type="${type}" value="${values[name]}"${problems.has(name) && html` aria-invalid="true" aria-describedby="${name}-error"`}>
            ${fieldError(name, problems)}
          </div>`
  return html`<section class="card" aria-labelledby="add-title">
        <header class="card-header">
          <div>
            <h2 id="add-title">Turn a fault on</h2>
            <p class="small">The admin API takes more: any header, any count, both servers at once.</p>
          </div>
        </header>
        <form class="card-body stack stack-loose" method="post" action="/console/faults">
          ${csrfField(viewer.csrf)}
          ${problems.has('') && html`<div class="alert" data-tone="danger" role="alert">${icon('alert')}<p>${problems.get('')}</p></div>`}
          <div class="field-row">
            ${select('server', 'Where', serverChoices)}
            ${select('method', 'Method', [['', 'Every method'], ...methodChoices.map((method) => [method, method] as const)])}
            ${input('path', 'Path, * at the end for any rest', 'text')}
          </div>
          <div class="field-row">
            ${select('effect', 'What', effectChoices)}
            ${input('status', 'Status of the answer', 'number')}
            ${input('delay_seconds', 'Seconds to wait', 'number')}
          </div>
          ${input('body', 'Body of the answer', 'text')}
          ${select('ends', 'Turns off after', endChoices)}
          <div><button class="button button-primary" type="submit">Turn on</button></div>
        </form>
      </section>`
}

function fieldError(field: string, problems: ReadonlyMap<string, string>): Html | undefined {
  const problem = problems.get(field)
  return problem === undefined
    ? undefined
    : html`<p class="field-error" id="${field}-error">${icon('alert')}${problem}</p>`
}
