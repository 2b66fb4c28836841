import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { authPage } from './layout.ts'

/** After signing out, or after deciding not to; and what the end of a session does not end. */
export function signedOutPage(page: { issuer: string; stillSignedIn?: boolean }): Html {
  const { badge, title, explanation, action } = page.stillSignedIn ? staying : leaving
  return authPage({
    title,
    issuer: page.issuer,
    main: html`<article class="card card-raised auth-card boxed" aria-labelledby="signed-out-title">
      <div class="auth-body stack stack-loose">
        <header class="stack stack-snug">
          <p class="cluster"><span class="badge" data-tone="ok">${icon('check')}${badge}</span></p>
          <h1 id="signed-out-title">${title}</h1>
          <p class="muted">${explanation}</p>
        </header>
        <div class="cluster cluster-fill">
          <a class="button button-primary button-large" href="${action.href}">${action.label}</a>
        </div>
      </div>
    </article>`,
  })
}

const leaving = {
  badge: 'Signed out',
  title: 'You’re signed out of NeonPanel',
  explanation: 'Apps that you connected keep their access until you revoke it in Connected apps.',
  action: { label: 'Sign in again', href: '/sign-in' },
}

const staying = {
  badge: 'Signed in',
  title: 'You’re still signed in to NeonPanel',
  explanation: 'Nothing changed in this browser.',
  action: { label: 'Go to your account', href: '/account' },
}
