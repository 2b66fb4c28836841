import { faultKindNames, faultKinds } from '@neonpanel/faults/kinds'
import { csrfField } from '../../web/forms.ts'
import { type Html, html, when } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import type { Viewer } from '../../web/layout.ts'
import {
  effectChoices,
  endChoices,
  endpointChoices,
  type FaultFormValues,
  methodChoices,
  serverChoices,
} from './fault-form.ts'

export interface RuleForm {
  readonly viewer: Viewer
  readonly values: FaultFormValues
  readonly problems: ReadonlyMap<string, string>
}

type Field = keyof FaultFormValues

/** A fault of one's own: the usual kinds by fields, all others as the admin API has them. */
export function ruleForm(form: RuleForm): Html {
  const { viewer, problems } = form
  return html`<section class="card" aria-labelledby="own-rule">
        <header class="card-header">
          <div>
            <h2 id="own-rule">A fault of your own</h2>
            <p class="small">All that is said must hold; what is left empty holds for every request. The admin API takes more: steps, tools, the nth request, a probability.</p>
          </div>
        </header>
        <form class="card-body stack stack-loose" method="post" action="/console/faults">
          ${csrfField(viewer.csrf)}
          ${problems.has('') && html`<div class="alert" data-tone="danger" role="alert">${icon('alert')}<p>${problems.get('')}</p></div>`}
          <div class="field-row">
            ${select(form, 'server', 'Server', serverChoices)}
            ${select(form, 'endpoint', 'Endpoint', endpointChoices)}
            ${select(form, 'method', 'Method', [['', 'Every method'], ...methodChoices.map((method) => [method, method] as const)])}
          </div>
          <div class="field-row">
            ${input(form, 'path', 'Path', 'A * at the end matches any rest')}
            ${input(form, 'client_id', 'Client ID')}
            ${input(form, 'person', 'Person', 'ID or email')}
          </div>
          <div class="field-row">
            ${select(form, 'effect', 'What', effectChoices)}
            ${input(form, 'status', 'Status', 'For an answer')}
            ${input(form, 'error', 'OAuth error', 'For a refusal')}
          </div>
          <div class="field-row">
            ${input(form, 'body', 'Body', 'For an answer: text, or JSON')}
            ${input(form, 'seconds', 'Seconds', 'To wait, or in Retry-After')}
            ${select(form, 'ends', 'Turns off after', endChoices)}
          </div>
          ${jsonField(form)}
          ${kindsTable()}
          ${input(form, 'title', 'Title', 'What the fault is called here and in flows')}
          <div><button class="button button-primary" type="submit">Turn on</button></div>
        </form>
      </section>`
}

function select(
  { values, problems }: RuleForm,
  name: Field,
  label: string,
  choices: readonly (readonly [string, string])[],
): Html {
  return html`<div class="field">
              <label class="field-label" for="rule-${name}">${label}</label>
              <div class="select"><select class="input" id="rule-${name}" name="${name}">
                ${choices.map(([value, text]) => html`<option value="${value}"${when(value === values[name], 'selected')}>${text}</option>`)}
              </select></div>
              ${fieldError(name, problems)}
            </div>`
}

function input({ values, problems }: RuleForm, name: Field, label: string, hint?: string): Html {
  return html`<div class="field">
              <label class="field-label" for="rule-${name}">${label}</label>
              <input class="input" id="rule-${name}" name="${name}" type="text" value="${values[name]}" autocomplete="off"${described(name, problems, hint)}>
              ${hint && html`<p class="field-hint" id="rule-${name}-hint">${hint}</p>`}
              ${fieldError(name, problems)}
            </div>`
}

function jsonField({ values, problems }: RuleForm): Html {
  return html`<div class="field">
            <label class="field-label" for="rule-what">JSON, for every other kind</label>
            <textarea class="input" id="rule-what" name="what" rows="3" spellcheck="false" placeholder='{ "json": { "remove": ["code_challenge_methods_supported"] } }'${described('what', problems, undefined)}>${values.what}</textarea>
            ${fieldError('what', problems)}
          </div>`
}

function described(name: Field, problems: ReadonlyMap<string, string>, hint?: string): Html {
  const isWrong = problems.has(name)
  const by = [hint && `rule-${name}-hint`, isWrong && `rule-${name}-error`].filter(Boolean)
  return html`${isWrong && html` aria-invalid="true"`}${by.length > 0 && html` aria-describedby="${by.join(' ')}"`}`
}

function fieldError(name: Field, problems: ReadonlyMap<string, string>): Html | undefined {
  const problem = problems.get(name)
  return problem === undefined
    ? undefined
    : html`<p class="field-error" id="rule-${name}-error">${icon('alert')}${problem}</p>`
}

/** What may stand in the JSON. */
function kindsTable(): Html {
  return html`<details class="disclosure">
            <summary><span class="chevron"></span>All ${faultKindNames.length} kinds, with an example of each</summary>
            <dl class="facts">
              ${faultKindNames.map((kind) => {
                const { does, example } = faultKinds[kind]
                return html`<div><dt><code>${kind}</code></dt><dd class="small">${withCode(does)}<br><code class="small-code breakable">${JSON.stringify({ [kind]: example })}</code></dd></div>`
              })}
            </dl>
          </details>`
}

/** A sentence in which names stand between backticks. */
function withCode(text: string): Html {
  const parts = text.split('`')
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
}
