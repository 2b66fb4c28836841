import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { nameOfSource } from '@neonpanel/flows/verdicts/sources'
import type { Verdict } from '@neonpanel/flows/verdicts/verdict'
import { type Html, html } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { differing, marked } from './differing.ts'

/** Why a flow ended as it did: what happened, the values that show it, what to do, and where the rule stands. */
export function diagnosis(verdict: Verdict, { clientId }: Flow): Html {
  const { title, says, fix, evidence } = verdict
  const { compare } = evidence
  return html`<article class="diagnosis" aria-labelledby="diagnosis-title">
                  <header>
                    ${icon('alert')}
                    <div>
                      <h4 class="breakable" id="diagnosis-title">${title}</h4>
                      <p class="breakable">${says}</p>
                    </div>
                  </header>
                  <div class="stack">
                    ${compare && comparison(compare)}
                    <div class="stack stack-snug">
                      <h5>How to fix</h5>
                      <p class="breakable">${fix}</p>
                    </div>
                    <div class="spread">
                      ${sourceOf(verdict)}
                      <div class="cluster">
                        ${clientId && html`<a class="button button-small" href="/console/clients/${encodeURIComponent(clientId)}">Open client</a>`}
                        <button class="button button-small" type="button" data-copy="${textOf(verdict)}">${icon('copy')}Copy diagnosis</button>
                      </div>
                    </div>
                  </div>
                </article>`
}

/** What is worth telling of a flow that completed nevertheless. */
export function advice(verdict: Verdict): Html {
  const { title, says, fix } = verdict
  return html`<div class="alert" data-tone="warn" role="note">${icon('alert')}<div class="stack stack-snug">
          <h3 class="breakable">${title}</h3>
          <p class="breakable">${says} ${fix}</p>
          ${sourceOf(verdict)}
        </div></div>`
}

function comparison({ got, expected }: NonNullable<Verdict['evidence']['compare']>): Html {
  const [wrong, right] = differing(got, expected)
  return html`<dl class="compare">
                      <div><dt>Got</dt><dd class="breakable"><code>${marked(wrong)}</code></dd></div>
                      <div><dt>Expected</dt><dd class="breakable"><code>${marked(right, true)}</code></dd></div>
                    </dl>`
}

function sourceOf({ source }: Verdict): Html {
  const name = nameOfSource(source)
  const isLink = /^https:\/\//.test(source)
  return html`<p class="small">Source: ${isLink ? html`<a href="${source}">${name}</a>` : name}</p>`
}

function textOf({ title, says, fix, source, cause, evidence }: Verdict): string {
  const { compare } = evidence
  const values = compare ? [`Got: ${compare.got}`, `Expected: ${compare.expected}`] : []
  return [`${title} (${cause})`, says, ...values, `Fix: ${fix}`, `Source: ${source}`].join('\n')
}
