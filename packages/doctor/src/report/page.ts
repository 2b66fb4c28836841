import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ExaminedArea, Outcome } from '../examination.ts'
import type { Report } from '../examine.ts'
import type { Readiness } from '../readiness.ts'
import { findingCard, firstFinding, levelTones } from './page/findings.ts'
import { type Html, html, raw } from './page/html.ts'
import { brandMark, type IconName, icon, sprite } from './page/icons.ts'
import { byLevel, firstToMend, nothingToMend, summaryOf, verdictWords } from './summary.ts'

/** A report as one page that needs nothing else: no script, no request, light and dark. */
export function toPage(report: Report): string {
  const style = stylesheet()
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="color-scheme" content="light dark">
  <meta name="referrer" content="no-referrer">
  <title>Doctor’s report: ${report.mcpUrl} · NeonPanel</title>
  <style>${raw(style)}</style>
</head>
<body>
  <a class="skip-link" href="#main">Skip to content</a>
  <header class="topbar">
    <p class="brand">${brandMark}NeonPanel <small>Doctor</small></p>
    <p class="faint">${whenOf(report.startedAt)}</p>
  </header>

  <main class="account-main stack stack-loose" id="main">
    ${heading(report)}
    ${first(report)}
    ${clients(report)}
    ${findings(report)}
    ${examined(report)}
  </main>
  ${sprite}
</body>
</html>
`.markup
}

/** That of the product's own pages. */
function stylesheet(): string {
  const css = new URL(
    '../../../../apps/authorization-server/src/public/neonpanel.css',
    import.meta.url,
  )
  return readFileSync(css, 'utf8')
}

/** `22 Nov 2026, 14:32:07 UTC`. */
function whenOf(at: Date): Html {
  const date = at.toLocaleDateString('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })
  const time = at.toLocaleTimeString('en-GB', { timeStyle: 'medium', timeZone: 'UTC' })
  return html`<time datetime="${at.toISOString()}">${date}, ${time} UTC</time>`
}

const waysIn = {
  open: 'any client registers',
  gated: 'registration with an initial access token',
  closed: 'registration is refused',
  none: 'no registration',
} as const

function heading(report: Report): Html {
  const { mcpUrl, entry, authorizationServer, registration } = report
  const ways = registration && [
    ...(registration.document ? ['client metadata documents'] : []),
    waysIn[registration.dynamic],
  ]
  const fact = (term: string, description: Html | undefined) =>
    description && html`<div><dt>${term}</dt><dd class="breakable">${description}</dd></div>`
  const issuer = authorizationServer && html`<code>${authorizationServer.issuer}</code>`
  const needsNone = entry?.kind === 'open' ? html`None: anybody may call it` : undefined
  return html`<div class="page-header">
      <p class="small">Report of the MCP server</p>
      <h1 class="breakable">${mcpUrl}</h1>
      <p class="lede">${summaryOf(report)}.</p>
      <dl class="facts facts-row">
        ${fact('Authorization server', issuer ?? needsNone)}
        ${fact('How clients become known', ways && html`${ways.join(', ')}`)}
      </dl>
    </div>`
}

function first(report: Report): Html {
  const finding = firstToMend(report)
  if (finding?.level === 'error') return firstFinding(finding)
  const says = finding
    ? html`No error. First: <a href="#finding-1">${finding.title}</a>.`
    : html`${nothingToMend(report)}`
  const tone = finding ? levelTones.warning : 'ok'
  return html`<div class="alert" data-tone="${tone}" role="note">${icon(finding ? 'alert' : 'check')}<p>${says}</p></div>`
}

const verdictLooks: Record<Readiness['verdict'], { tone: string; shape?: string }> = {
  works: { tone: 'ok' },
  works_after: { tone: 'warn', shape: 'ring' },
  fails: { tone: 'danger', shape: 'square' },
}

function clients({ readiness }: Report): Html | undefined {
  if (readiness.length === 0) return undefined
  return html`<section class="card" aria-labelledby="clients">
      <header class="card-header"><h2 id="clients">Real clients</h2></header>
      <div class="table-wrap">
        <table class="table">
          <thead><tr><th scope="col">Client</th><th scope="col">Verdict</th><th scope="col">Why, or what to do first</th></tr></thead>
          <tbody>${readiness.map(clientRow)}</tbody>
        </table>
      </div>
    </section>`
}

function clientRow({ title, verdict, says }: Readiness): Html {
  const { tone, shape } = verdictLooks[verdict]
  return html`
            <tr>
              <td><strong>${title.replaceAll(' ', '\u00a0')}</strong></td>
              <td><span class="status" data-tone="${tone}"${shape !== undefined && html` data-shape="${shape}"`}>${capital(verdictWords[verdict])}</span></td>
              <td class="breakable small">${withCode(says)}</td>
            </tr>`
}

/** What stands between backticks is what a person types. */
function withCode(text: string): Html {
  const parts = text.split('`')
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
}

const outcomeLooks: Record<Outcome, { tone?: string; icon: IconName }> = {
  passed: { tone: 'ok', icon: 'check' },
  warned: { tone: 'warn', icon: 'alert' },
  failed: { tone: 'danger', icon: 'x' },
  skipped: { icon: 'minus' },
}

function examined({ areas }: Report): Html {
  return html`<section class="card" aria-labelledby="examined">
      <header class="card-header"><h2 id="examined">Examined</h2></header>
      <ol class="checklist">${areas.map(areaItem)}</ol>
    </section>`
}

function areaItem({ title, outcome, because }: ExaminedArea): Html {
  const look = outcomeLooks[outcome]
  return html`
        <li>
          <span class="tick"${look.tone !== undefined && html` data-tone="${look.tone}"`}>${icon(look.icon)}</span>
          <div class="spread">
            <p>${title}${because !== undefined && html` <span class="faint">${because}</span>`}</p>
            <span class="small">${capital(outcome)}</span>
          </div>
        </li>`
}

function findings(report: Report): Html | undefined {
  const all = byLevel(report.findings)
  if (all.length === 0) return undefined
  return html`<section class="stack" aria-labelledby="findings">
      <h2 id="findings">Findings</h2>
      ${all.map(findingCard)}
    </section>`
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
