import { csrfField } from '../web/forms.ts'
import { type Html, html, when } from '../web/html.ts'
import { icon } from '../web/icons.ts'
import { appMark, appName } from '../web/identity.ts'
import { authPage, type Step } from '../web/layout.ts'
import { formatClock, time } from '../web/time.ts'
import { placeOf, type RequestingApp } from './requesting-app.ts'

/** Why the person is asked again. */
export type SignInProblem =
  | { reason: 'wrong_credentials'; attemptsLeft: number }
  | { reason: 'too_many_attempts'; until: Date }
  | { reason: 'suspended' }

export interface SignInPage {
  readonly issuer: string
  readonly action: string
  readonly csrf: string
  /** The app that waits; absent when somebody signs in to `/account` or `/console`. */
  readonly app?: RequestingApp | undefined
  /** What stands in the field `Email`. */
  readonly email: string
  readonly problem?: SignInProblem | undefined
}

/** Sign in, and what went wrong the last time. Nobody is told whether an account exists. */
export function signInPage(page: SignInPage): Html {
  const { app, problem } = page
  if (problem?.reason === 'suspended') return suspendedPage(page)
  return authPage({
    title: problem ? 'Sign-in problem' : 'Sign in',
    issuer: page.issuer,
    ...(app && { steps: signInSteps(app) }),
    main: html`<div class="card card-raised auth-card">
      ${app && continueTo(app)}

      <form class="auth-body stack stack-loose" method="post" action="${page.action}">
        ${csrfField(page.csrf)}
        <input type="hidden" name="step" value="sign-in">
        <header class="stack stack-tight">
          <h1>Sign in to NeonPanel</h1>
          ${app && html`<p class="muted">Next, you choose what the app may do. Nothing is shared before that.</p>`}
        </header>
        ${problem && problemAlert(problem)}
        <div class="stack">
          ${emailField(page)}
          ${passwordField(problem)}
        </div>
        <div class="stack">
          <button class="button button-primary button-large button-block" type="submit">Sign in</button>
          <p class="faint">No account? Ask an owner of your company to invite you.</p>
        </div>
      </form>
    </div>`,
  })
}

function signInSteps(app: RequestingApp): Step[] {
  return [
    { label: 'Sign in', state: 'current' },
    { label: 'Review access', state: 'ahead' },
    { label: `Back to ${placeOf(app.destination)}`, state: 'ahead' },
  ]
}

function continueTo(app: RequestingApp): Html {
  const { destination } = app
  return html`<p class="auth-context">
        ${appMark(app)}
        <span>Continue to <strong>${appName(app)}</strong> ${destination.kind !== 'device' && html`<small>${destination.host}</small>`}</span>
      </p>`
}

function emailField({ email, problem }: SignInPage): Html {
  const wrong = problem?.reason === 'wrong_credentials'
  return html`<div class="field">
            <label class="field-label" for="email">Email</label>
            <input class="input input-large" id="email" name="email" type="email" autocomplete="username" required value="${email}"${when(wrong, 'aria-invalid="true"')}${when(!email, 'autofocus')}>
          </div>`
}

function passwordField(problem: SignInProblem | undefined): Html {
  const wrong = problem?.reason === 'wrong_credentials'
  const state = wrong && html` aria-invalid="true" aria-describedby="password-error" autofocus`
  return html`<div class="field">
            <label class="field-label" for="password">Password</label>
            <input class="input input-large" id="password" name="password" type="password" autocomplete="current-password" required${state}>
            ${wrong && html`<p class="field-error" id="password-error">${icon('alert')}Enter your password again.</p>`}
          </div>`
}

function problemAlert(problem: Exclude<SignInProblem, { reason: 'suspended' }>): Html {
  if (problem.reason === 'too_many_attempts') {
    const clock = `${formatClock(problem.until).slice(0, 5)} UTC`
    return html`<div class="alert" data-tone="warn" role="alert">
          ${icon('clock')}
          <p><strong>Too many attempts. Try again at ${time(problem.until, clock)}</strong>We paused sign-in for this email from here for 15 minutes. Your account is safe.</p>
        </div>`
  }
  const left =
    problem.attemptsLeft === 1 ? '1 more attempt' : `${problem.attemptsLeft} more attempts`
  return html`<div class="alert" data-tone="danger" role="alert">
          ${icon('alert')}
          <p><strong>That email and password don’t match</strong>Check both and try again. After ${left} we pause sign-in for 15 minutes.</p>
        </div>`
}

function suspendedPage({ issuer, action, email }: SignInPage): Html {
  return authPage({
    title: 'Account suspended',
    issuer,
    main: html`<article class="card card-raised auth-card boxed" aria-labelledby="suspended-title">
      <div class="auth-body stack stack-loose">
        <header class="stack stack-snug">
          <p class="cluster"><span class="badge" data-tone="danger">${icon('lock')}Suspended</span></p>
          <h1 id="suspended-title">Your account is suspended</h1>
          <p class="muted">You can’t sign in as ${email}, and apps that you connected have no access. An administrator of NeonPanel can change this.</p>
        </header>
        <div class="cluster cluster-fill">
          <a class="button button-primary button-large" href="${action}">Sign in as somebody else</a>
        </div>
      </div>
    </article>`,
  })
}
