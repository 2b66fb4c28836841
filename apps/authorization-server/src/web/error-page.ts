import { breakable, type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { authPage } from './layout.ts'

export interface ErrorPage {
  /** `ISSUER_URL` */
  readonly issuer: string
  /** One or two words above the title, for example `Sign-in stopped`. */
  readonly badge: string
  /** What happened. */
  readonly title: string
  /** What that means for the reader. */
  readonly explanation: string
  /** Two or more values of which one differs; see `differing`. */
  readonly comparison?: readonly { readonly label: string; readonly value: Html }[]
  /** What the reader can do, one sentence each. */
  readonly checks?: readonly (string | Html)[]
  readonly action?: PageAction
  /** Ties the page to the log; sent as `X-Correlation-Id` too. */
  readonly correlationId?: string | undefined
  /** Rows of the technical details, for whoever builds the app. */
  readonly technical?: readonly { readonly label: string; readonly value: string | Html }[]
}

/** Where the page's button leads: a link, or with `fields` a form that posts these hidden inputs. */
export interface PageAction {
  readonly label: string
  readonly href: string
  readonly fields?: Html
}

/** Explains a failure at the place where it happened: what, what it means, what to do, then the exact values. */
export function errorPage(page: ErrorPage): Html {
  return authPage({
    title: page.title,
    issuer: page.issuer,
    main: html`<article class="card card-raised auth-card auth-card-wide boxed" aria-labelledby="error-title">
      <div class="auth-body stack stack-loose">
        <header class="stack stack-snug">
          <p class="cluster"><span class="badge" data-tone="danger">${icon('x')}${page.badge}</span></p>
          <h1 id="error-title">${page.title}</h1>
          <p class="muted">${page.explanation}</p>
        </header>
        ${page.comparison && comparison(page.comparison)}
        ${page.checks && checks(page.checks)}
        ${page.correlationId && correlation(page.correlationId)}
        ${page.action && actionOf(page.action)}
      </div>
      ${page.technical && technicalDetails(page.technical)}
    </article>`,
  })
}

const actionOf = ({ label, href, fields }: PageAction) =>
  fields
    ? html`<form class="cluster cluster-fill" method="post" action="${href}">
          ${fields}
          <button class="button button-primary button-large" type="submit">${label}</button>
        </form>`
    : html`<div class="cluster cluster-fill">
          <a class="button button-primary button-large" href="${href}">${label}</a>
        </div>`

const comparison = (values: NonNullable<ErrorPage['comparison']>) => html`<dl class="compare">
          ${values.map(
            ({ label, value }) => html`<div>
            <dt>${label}</dt>
            <dd><code>${value}</code></dd>
          </div>`,
          )}
        </dl>`

const checks = (
  entries: NonNullable<ErrorPage['checks']>,
) => html`<section class="stack stack-snug" aria-labelledby="check-title">
          <h2 id="check-title">What to check</h2>
          <ul class="bullets">
            ${entries.map((entry) => html`<li>${entry}</li>`)}
          </ul>
        </section>`

const correlation = (id: string) => html`<div class="stack stack-snug">
          <p class="field-label">Correlation ID, for support</p>
          <div class="copy-field">
            <code>${id}</code>
          </div>
        </div>`

const technicalDetails = (
  rows: NonNullable<ErrorPage['technical']>,
) => html`<details class="disclosure error-technical">
        <summary><span class="chevron"></span>Technical details</summary>
        <dl class="facts facts-table">
          ${rows.map(
            ({ label, value }) => html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
          )}
        </dl>
      </details>`

/**
 * Two values with the part that differs marked in the first: what they have in common at both ends stays plain.
 * Equal values have no mark.
 */
export function differing(value: string, other: string): Html {
  if (value === other) return breakable(value)
  let start = 0
  while (start < Math.min(value.length, other.length) && value[start] === other[start]) start += 1
  let end = 0
  const longestEnd = Math.min(value.length, other.length) - start
  while (end < longestEnd && value.at(-1 - end) === other.at(-1 - end)) end += 1
  const middle = value.slice(start, value.length - end)
  const marked = middle && html`<mark>${middle}</mark>`
  return html`${breakable(value.slice(0, start))}${marked}${value.slice(value.length - end)}`
}
