import { type Html, html, when } from '../web/html.ts'
import { icon } from '../web/icons.ts'
import { accountPage, type Viewer } from '../web/layout.ts'

/** What a redirect after a form says on the next page. */
export const notices = {
  revoked: 'Access revoked',
  'revoked-all': 'Access of every app revoked',
  narrowed: 'Access changed',
  'signed-out': 'Signed out there',
  'signed-out-elsewhere': 'Signed out everywhere else',
  'password-changed':
    'Password changed. You are signed out everywhere else, and no app is connected.',
} as const

export type Notice = keyof typeof notices

const sections = {
  '/account/profile': 'Profile',
  '/account': 'Connected apps',
  '/account/security': 'Security',
} as const

export interface AccountFrame {
  readonly title: string
  readonly viewer: Viewer
  /** The section that the page belongs to. */
  readonly section: keyof typeof sections
  readonly notice?: Notice | undefined
  /** Cards, one below the other. */
  readonly content: Html
}

/** Every page of `/account`: its sections, what was just done, and the page's cards. */
export function accountFrame({ title, viewer, section, notice, content }: AccountFrame): Html {
  return accountPage({
    title,
    viewer,
    main: html`<header class="page-header">
      <h1>Account</h1>
      <nav class="tabs" aria-label="Account">
        ${Object.entries(sections).map(
          ([href, label]) =>
            html`<a href="${href}"${when(href === section, 'aria-current="page"')}>${label}</a>`,
        )}
      </nav>
    </header>
    <div class="stack stack-loose">
      ${notice && noticeAlert(notice)}
      ${content}
    </div>`,
  })
}

function noticeAlert(notice: Notice): Html {
  return html`<div class="alert" data-tone="ok" role="status">
        ${icon('check')}
        <p>${notices[notice]}</p>
      </div>`
}
