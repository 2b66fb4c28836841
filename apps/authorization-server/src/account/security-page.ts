import { type PasswordChanged, shortestPassword } from '../people/change-password.ts'
import { csrfField } from '../web/forms.ts'
import { type Html, html } from '../web/html.ts'
import { icon } from '../web/icons.ts'
import type { Viewer } from '../web/layout.ts'
import { formatClock, time } from '../web/time.ts'
import { accountFrame } from './frame.ts'

/** Why the form is shown again. */
export type PasswordProblem = Exclude<PasswordChanged, { ok: true }>

export interface SecurityPage {
  readonly viewer: Viewer
  readonly email: string
  /** How many apps lose their access, and how many other browsers are signed out. */
  readonly ends: { readonly apps: number; readonly sessions: number }
  readonly problem?: PasswordProblem | undefined
  /** End of the pause, for `too_many_attempts`. */
  readonly pausedUntil?: Date | undefined
}

/** `/account/security`: another password, and what changing it ends, said before the button. */
export function securityPage({ viewer, email, ends, problem, pausedUntil }: SecurityPage): Html {
  const refusal = problem && refusalOf(problem)
  const error = (field: Field) => (refusal?.field === field ? refusal.says : undefined)
  return accountFrame({
    title: 'Security',
    section: '/account/security',
    viewer,
    content: html`<section class="card" aria-labelledby="password-title">
        <header class="card-header">
          <div>
            <h2 id="password-title">Change password</h2>
            <p class="small">Change it when somebody else may know it, or may have used your account.</p>
          </div>
        </header>
        <form method="post" action="/account/security/password">
          ${csrfField(viewer.csrf)}
          <input type="hidden" name="username" autocomplete="username" value="${email}">
          <div class="card-body stack stack-loose">
            ${pausedUntil ? pausedAlert(pausedUntil) : refusal && refusal.field === undefined && problemAlert(refusal.says)}
            <div class="stack fields">
              ${field('current', 'Current password', 'current-password', error('current'))}
              ${field('wanted', 'New password', 'new-password', error('wanted'), `${shortestPassword} characters or more. A few unrelated words make a good one.`)}
              ${field('repeated', 'New password again', 'new-password', error('repeated'))}
            </div>
            <div class="alert" data-tone="warn">
              ${icon('alert')}
              <p><strong>This ends all other access to your account</strong>${consequence(ends)}</p>
            </div>
          </div>
          <div class="card-footer">
            <p>You stay signed in here.</p>
            <button class="button button-primary" type="submit">Change password</button>
          </div>
        </form>
      </section>`,
  })
}

type Field = 'current' | 'wanted' | 'repeated'

function field(
  id: Field,
  label: string,
  autocomplete: string,
  problem: string | undefined,
  hint?: string,
): Html {
  const described = [hint && `${id}-hint`, problem && `${id}-error`].filter(Boolean).join(' ')
  return html`<div class="field">
                <label class="field-label" for="${id}">${label}</label>
                <input class="input" id="${id}" name="${id}" type="password" autocomplete="${autocomplete}" required${problem && html` aria-invalid="true" autofocus`}${described && html` aria-describedby="${described}"`}>
                ${hint && html`<p class="field-hint" id="${id}-hint">${hint}</p>`}
                ${problem && html`<p class="field-error" id="${id}-error">${icon('alert')}${problem}</p>`}
              </div>`
}

function refusalOf(problem: PasswordProblem): { readonly field?: Field; readonly says: string } {
  switch (problem.reason) {
    case 'wrong_password':
      return {
        field: 'current',
        says: `That is not your current password. After ${attempts(problem.attemptsLeft)} we pause for 15 minutes.`,
      }
    case 'too_short':
      return { field: 'wanted', says: `Use ${shortestPassword} characters or more.` }
    case 'too_long':
      return { field: 'wanted', says: 'Use 256 characters or fewer.' }
    case 'too_uniform':
      return { field: 'wanted', says: 'Use at least five different characters.' }
    case 'contains_email':
      return { field: 'wanted', says: 'Leave your email name out: it is the first thing to guess.' }
    case 'same_as_current':
      return { field: 'wanted', says: 'This is your current password. Choose another.' }
    case 'not_repeated':
      return { field: 'repeated', says: 'The two new passwords differ. Type the new one again.' }
    case 'changed_meanwhile':
      return { says: 'Your password was changed in another window a moment ago. Use that one.' }
    case 'too_many_attempts':
      return { says: 'Too many attempts.' }
  }
}

const attempts = (left: number) => (left === 1 ? '1 more attempt' : `${left} more attempts`)

function consequence({ apps, sessions }: SecurityPage['ends']): string {
  const connected = [
    'No app stays connected, and none is now.',
    'The app that you connected loses its access at once; connect it again when you want it back.',
  ][apps]
  const everyApp = `All ${apps} apps that you connected lose their access at once; connect again those that you want back.`
  const browsers = sessions === 1 ? '1 other browser is' : `${sessions} other browsers are`
  return `${sessions > 0 ? `${browsers} signed out. ` : 'You are signed in nowhere else. '}${connected ?? everyApp}`
}

const problemAlert = (says: string) => html`<div class="alert" data-tone="danger" role="alert">
              ${icon('alert')}
              <p>${says}</p>
            </div>`

function pausedAlert(until: Date): Html {
  const clock = `${formatClock(until).slice(0, 5)} UTC`
  return html`<div class="alert" data-tone="warn" role="alert">
              ${icon('clock')}
              <p><strong>Too many attempts. Try again at ${time(until, clock)}</strong>We paused sign-in and password changes for this email from here. Your account is safe.</p>
            </div>`
}
