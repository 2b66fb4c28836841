import { type Html, html } from '../web/html.ts'
import { icon } from '../web/icons.ts'
import { authPage } from '../web/layout.ts'

/** The end of a session, and what it does not end. */
export function signedOutPage({ issuer }: { issuer: string }): Html {
  return authPage({
    title: 'Signed out',
    issuer,
    main: html`<article class="card card-raised auth-card boxed" aria-labelledby="signed-out-title">
      <div class="auth-body stack stack-loose">
        <header class="stack stack-snug">
          <p class="cluster"><span class="badge" data-tone="ok">${icon('check')}Signed out</span></p>
          <h1 id="signed-out-title">You’re signed out of NeonPanel</h1>
          <p class="muted">Apps that you connected keep their access until you revoke it in Connected apps.</p>
        </header>
        <div class="cluster cluster-fill">
          <a class="button button-primary button-large" href="/sign-in">Sign in again</a>
        </div>
      </div>
    </article>`,
  })
}
