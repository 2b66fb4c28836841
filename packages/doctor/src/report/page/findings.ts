import { areas, type Exchange, type Finding, type Level } from '../../finding.ts'
import { evidenceOf } from '../evidence.ts'
import { brokenClients } from '../summary.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'

export const levelTones: Record<Level, string> = {
  error: 'danger',
  warning: 'warn',
  note: 'accent',
}

/** What to mend before anything else. */
export function firstFinding(finding: Finding): Html {
  return html`<article class="diagnosis" aria-labelledby="first-title">
      <header>
        ${icon('alert')}
        <div>
          <h2 class="breakable" id="first-title">First: ${finding.title}</h2>
          <p class="breakable">${finding.why}</p>
        </div>
      </header>
      <div class="stack">
        ${comparison(finding)}
        <div class="stack stack-snug">
          <h3>How to fix</h3>
          <p class="breakable">${finding.fix}</p>
        </div>
        <p class="small"><a href="#finding-1">What was asked, and what came back</a></p>
      </div>
    </article>`
}

/** One finding, with all that shows it. */
export function findingCard(finding: Finding, index: number): Html {
  const { id, area, level, title, where, why, fix, sources, exchanges } = finding
  const clients = brokenClients(finding)
  const anchor = `finding-${index + 1}`
  return html`<article class="card" id="${anchor}" aria-labelledby="${anchor}-title">
      <header class="card-header">
        <div class="cluster">
          <span class="badge" data-tone="${levelTones[level]}">${level}</span>
          <h3 id="${anchor}-title">${title}</h3>
        </div>
        <code class="faint">${id}</code>
      </header>
      <div class="card-body stack boxed">
        <dl class="facts facts-table">
          ${fact('Area', html`${areas[area]}`)}
          ${where !== undefined && fact('Where', html`<code class="breakable">${where}</code>`)}
          ${fact('Why it matters', html`${why}`)}
          ${clients !== undefined && fact('Breaks', html`${clients}`)}
          ${fact('How to fix', html`<span class="breakable">${fix}</span>`)}
          ${fact(sources.length > 1 ? 'Sources' : 'Source', html`${sources.map(({ title, url }, at) => html`${at > 0 && html`<br>`}<a href="${url}" rel="noreferrer">${title}</a>`)}`)}
        </dl>
        ${comparison(finding)}
        ${exchanges.length > 0 && evidence(finding)}
      </div>
    </article>`
}

function fact(term: string, description: Html): Html {
  return html`<div><dt>${term}</dt><dd class="breakable">${description}</dd></div>`
}

function comparison({ got, expected }: Finding): Html | undefined {
  if (got === undefined && expected === undefined) return undefined
  const [wrong, right] = marked(got ?? '', expected ?? '')
  return html`<dl class="compare">
          ${got !== undefined && html`<div><dt>Got</dt><dd class="breakable"><code>${wrong}</code></dd></div>`}
          ${expected !== undefined && html`<div><dt>Expected</dt><dd class="breakable"><code>${right}</code></dd></div>`}
        </dl>`
}

/** Of two addresses the part in which they differ is marked. */
function marked(got: string, expected: string): readonly [Html, Html] {
  if (!URL.canParse(got) || !URL.canParse(expected)) return [html`${got}`, html`${expected}`]
  const shorter = Math.min(got.length, expected.length)
  let start = 0
  while (start < shorter && got[start] === expected[start]) start += 1
  let end = 0
  while (end < shorter - start && got.at(-1 - end) === expected.at(-1 - end)) end += 1
  const cut = (value: string, tone: string | undefined) => {
    const differs = value.slice(start, value.length - end)
    const mark = html`<mark${tone !== undefined && html` data-tone="${tone}"`}>${differs}</mark>`
    return html`${value.slice(0, start)}${differs !== '' && mark}${value.slice(value.length - end)}`
  }
  return [cut(got, undefined), cut(expected, 'ok')]
}

function evidence(finding: Finding): Html {
  const count = finding.exchanges.length
  const summary =
    count === 1 ? 'The request, and what came back' : `${count} requests, and what came back`
  return html`<details class="disclosure">
          <summary><span class="chevron"></span>${summary}</summary>
          <div class="stack">${finding.exchanges.map((exchange) => exchangeBlock(exchange, finding))}</div>
        </details>`
}

function exchangeBlock(exchange: Exchange, finding: Finding): Html {
  const { request, response } = evidenceOf(exchange, finding, true)
  const [asked = '', ...sent] = request
  const [status = '', ...got] = response
  return html`<div class="code-block"><pre class="breakable"><b>${asked}</b>
${sent.map((line) => `${line}\n`)}
<b>${status}</b>
${got.map((line) => `${line}\n`)}</pre></div>`
}
