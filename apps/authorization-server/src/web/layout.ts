import type { Context } from 'koa'
import { type Html, html, raw, when } from './html.ts'
import { type IconName, icon, sprite } from './icons.ts'
import { avatar } from './identity.ts'
import { staticHref } from './static.ts'

/** The NeonPanel mark, without its word. */
export const brandMark = raw(
  '<svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true"><rect width="24" height="24" rx="6.5" /><path d="M7.5 17V7l9 10V7" /></svg>',
)

interface Document {
  readonly title: string
  readonly shell?: 'auth' | 'console'
  readonly content: Html
  /** What adds to a page that is whole without it. */
  readonly script?: Html | undefined
}

/** A whole page: head, skip link, the shell's content and the icons that it uses. */
function document({ title, shell, content, script }: Document): Html {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex">
  <title>${title} · NeonPanel</title>
  <link rel="icon" href="${staticHref('/favicon.svg')}" type="image/svg+xml">
  <link rel="stylesheet" href="${staticHref('/neonpanel.css')}">
  ${script}
</head>
<body${shell && html` class="${shell}"`}>
  <a class="skip-link" href="#main">Skip to content</a>
  ${content}
  ${sprite(content)}
</body>
</html>
`
}

/** One step of the progress shown above sign in and consent. */
export interface Step {
  readonly label: string
  readonly state: 'done' | 'current' | 'ahead'
}

const stepList = (steps: readonly Step[]) => html`<ol class="steps" aria-label="Progress">
      ${steps.map(
        ({ label, state }) =>
          html`<li${when(state === 'current', 'aria-current="step"')}>${state === 'done' && icon('check')}${label}</li>`,
      )}
    </ol>`

export interface AuthPage {
  readonly title: string
  /** `ISSUER_URL`: the footer tells a person where they are. */
  readonly issuer: string
  readonly steps?: readonly Step[]
  readonly main: Html
}

/** Sign in, consent, errors, device and signed-out pages. */
export function authPage({ title, issuer, steps, main }: AuthPage): Html {
  const content = html`<header class="auth-header">
    <a class="brand" href="/">${brandMark}NeonPanel</a>
    ${steps && stepList(steps)}
  </header>

  <main class="auth-main" id="main">
    ${main}
  </main>

  <footer class="auth-footer">
    <p>You are on <strong>${new URL(issuer).host}</strong></p>
  </footer>`
  return document({ title, shell: 'auth', content })
}

/** Who looks at a page of `/account` or `/console`. */
export interface Viewer {
  readonly name: string
  /** Token of the forms on the page, see forms.ts. */
  readonly csrf: string
}

const signOutForm = (
  { csrf }: Viewer,
  buttonClass: string,
) => html`<form method="post" action="/sign-out">
        <input type="hidden" name="csrf" value="${csrf}">
        <button class="${buttonClass}" type="submit">${icon('logout')}Sign out</button>
      </form>`

export interface AccountPage {
  readonly title: string
  readonly viewer: Viewer
  readonly main: Html
}

/** Pages of `/account`. */
export function accountPage({ title, viewer, main }: AccountPage): Html {
  const content = html`<header class="topbar">
    <a class="brand" href="/account">${brandMark}NeonPanel</a>
    <div class="cluster cluster-loose">
      <div class="identity">
        ${avatar(viewer.name)}
        <p class="only-wide"><strong>${viewer.name}</strong></p>
      </div>
      ${signOutForm(viewer, 'button button-small')}
    </div>
  </header>

  <main class="account-main" id="main">
    ${main}
  </main>`
  return document({ title, content })
}

export interface DocumentPage {
  readonly title: string
  /** What the document holds, beside it where there is room. */
  readonly contents: Html
  /** Begins with an `h1`. */
  readonly content: Html
}

/** A text to read, open to everybody. */
export function documentPage({ title, contents, content }: DocumentPage): Html {
  const page = html`<header class="topbar">
    <a class="brand" href="/">${brandMark}NeonPanel</a>
  </header>

  <main class="prose-main" id="main">
    <article class="prose">
      ${content}
    </article>
    ${contents}
  </main>`
  return document({ title, content: page })
}

interface NavigationEntry {
  readonly label: string
  readonly href: string
  readonly icon: IconName
}

/** The console's sections, in the groups of its navigation. */
const navigation: readonly (readonly NavigationEntry[])[] = [
  [
    { label: 'Overview', href: '/console', icon: 'overview' },
    { label: 'Flows', href: '/console/flows', icon: 'flow' },
  ],
  [
    { label: 'Clients', href: '/console/clients', icon: 'plug' },
    { label: 'Initial access tokens', href: '/console/initial-access-tokens', icon: 'ticket' },
    { label: 'Users', href: '/console/users', icon: 'users' },
    { label: 'Scopes', href: '/console/scopes', icon: 'layers' },
    { label: 'Keys', href: '/console/keys', icon: 'key' },
  ],
  [
    { label: 'Audit log', href: '/console/audit', icon: 'list' },
    { label: 'Faults', href: '/console/faults', icon: 'bolt' },
  ],
]

export interface ConsolePage {
  readonly title: string
  readonly viewer: Viewer
  /** The href of the section that the page belongs to, for example `/console/clients`. */
  readonly section: string
  /** Faults that are switched on; shown beside their section. */
  readonly faultsOn?: number
  /** What time it is for the servers, while that is not the machine's. */
  readonly clock?: Html | undefined
  /** What every page says first: what is broken on purpose. */
  readonly banner?: Html | undefined
  readonly main: Html
  readonly script?: Html | undefined
}

/** Pages of `/console`. */
export function consolePage({
  title,
  viewer,
  section,
  faultsOn = 0,
  clock,
  banner,
  main,
  script,
}: ConsolePage): Html {
  const brand = html`<a class="brand" href="/console">${brandMark}NeonPanel <small>Console</small></a>`
  const link = (entry: NavigationEntry) =>
    html`<li><a class="nav-link" href="${entry.href}"${when(entry.href === section, 'aria-current="page"')}>${icon(entry.icon)}${entry.label}${entry.href === '/console/faults' && faultsOn > 0 && html`<span class="badge" data-tone="warn">${faultsOn} on</span>`}</a></li>`
  const content = html`<header class="topbar">
    ${brand}
    <button class="button button-small" type="button" popovertarget="console-nav">${icon('menu')}Menu</button>
  </header>

  <nav class="console-nav" id="console-nav" aria-label="Console" popover>
    ${brand}
    ${navigation.map((group) => html`<ul>${group.map(link)}</ul>`)}
    <div class="nav-foot">
      ${clock}
      <div class="identity">
        ${avatar(viewer.name)}
        <p><strong class="truncate">${viewer.name}</strong><span class="faint">Administrator</span></p>
      </div>
      ${signOutForm(viewer, 'button button-small button-block')}
    </div>
  </nav>

  <main class="console-main" id="main">
    ${banner ? html`<div class="stack stack-loose">${banner}<div>${main}</div></div>` : main}
  </main>`
  return document({ title, shell: 'console', content, script })
}

/** Answers with a page that nobody keeps: every page shows what only its reader may see. */
export function sendPage(ctx: Context, page: Html, status = 200): void {
  ctx.status = status
  ctx.type = 'html'
  ctx.set('Cache-Control', 'no-store')
  ctx.body = page.markup
}
