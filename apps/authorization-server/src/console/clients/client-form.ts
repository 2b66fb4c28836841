import { resourceScopes, scopes } from '@neonpanel/contracts/scopes'
import { csrfField } from '../../web/forms.ts'
import { type Html, html, when } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import type { Viewer } from '../../web/layout.ts'

/** What was typed, in the words of the form. */
export interface ClientFormValues {
  readonly client_name: string
  /** One to a line. */
  readonly redirect_uris: string
  readonly kind: 'public' | 'native' | 'confidential' | 'service'
  readonly allowed_scopes: readonly string[]
}

export const emptyClientForm: ClientFormValues = {
  client_name: '',
  redirect_uris: '',
  kind: 'public',
  allowed_scopes: [],
}

/** What each kind of client means in RFC 7591's terms. */
export const clientKinds = {
  public: {
    label: 'Public: an app that can’t keep a secret',
    token_endpoint_auth_method: 'none',
    application_type: 'web',
    grant_types: ['authorization_code', 'refresh_token'],
  },
  native: {
    label: 'Native: a program on the person’s computer, any loopback port',
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token'],
  },
  confidential: {
    label: 'Confidential: a server that keeps a secret',
    token_endpoint_auth_method: 'client_secret_basic',
    application_type: 'web',
    grant_types: ['authorization_code', 'refresh_token'],
  },
  service: {
    label: 'Service: speaks for itself, without a person',
    token_endpoint_auth_method: 'client_secret_basic',
    application_type: 'web',
    grant_types: ['client_credentials'],
  },
} as const

export interface ClientFormView {
  readonly viewer: Viewer
  readonly title: string
  readonly action: string
  readonly back: { readonly href: string; readonly label: string }
  readonly submit: string
  readonly values: ClientFormValues
  /** What is wrong, by field; the empty name is about all of it. */
  readonly problems: ReadonlyMap<string, string>
  /** A client that exists stays of its kind. */
  readonly choosesKind: boolean
}

export function clientFormPage(view: ClientFormView): Html {
  const { viewer, title, action, back, submit, values, problems } = view
  return html`<header class="page-header">
      <nav aria-label="Breadcrumb">
        <ol class="breadcrumb">
          <li><a href="${back.href}">${back.label}</a></li>
          <li>${title}</li>
        </ol>
      </nav>
      <h1>${title}</h1>
    </header>
    <section class="card boxed" aria-label="${title}">
      <form class="card-body stack stack-loose" method="post" action="${action}">
        ${csrfField(viewer.csrf)}
        ${problems.has('') && html`<div class="alert" data-tone="danger" role="alert">${icon('alert')}<p>${problems.get('')}</p></div>`}
        <div class="field">
          <label class="field-label" for="name">Name</label>
          <input class="input" id="name" name="client_name" type="text" maxlength="200" value="${values.client_name}" required${describes('client_name', problems)}>
          ${fieldError('client_name', problems)}
        </div>
        ${view.choosesKind && kindChoice(values)}
        <div class="field">
          <label class="field-label" for="redirects">Redirect URIs</label>
          <textarea class="input" id="redirects" name="redirect_uris" rows="4" spellcheck="false" aria-describedby="redirects-hint${problems.has('redirect_uris') && ' redirect_uris-error'}"${when(problems.has('redirect_uris'), 'aria-invalid="true"')}>${values.redirect_uris}</textarea>
          <p class="field-hint" id="redirects-hint">One to a line, in full. https, or http on a loopback address</p>
          ${fieldError('redirect_uris', problems)}
        </div>
        <fieldset class="stack stack-snug">
          <legend class="field-label">Allowed scopes</legend>
          <p class="field-hint">The client may never be granted others. None ticked: all</p>
          ${resourceScopes.map(
            (scope) => html`<div class="check">
            <input class="check-box" id="scope-${scope}" type="checkbox" name="allowed_scopes" value="${scope}"${when(values.allowed_scopes.includes(scope), 'checked')}>
            <label for="scope-${scope}">${scopes[scope].title} <code class="scope">${scope}</code></label>
          </div>`,
          )}
        </fieldset>
        <div class="cluster">
          <button class="button button-primary" type="submit">${submit}</button>
          <a class="button" href="${back.href}">Cancel</a>
        </div>
      </form>
    </section>`
}

function kindChoice({ kind }: ClientFormValues): Html {
  return html`<div class="field">
          <label class="field-label" for="kind">Kind</label>
          <div class="select">
            <select class="input" id="kind" name="kind">
              ${Object.entries(clientKinds).map(([value, { label }]) => html`<option value="${value}"${when(value === kind, 'selected')}>${label}</option>`)}
            </select>
          </div>
        </div>`
}

function describes(field: string, problems: ReadonlyMap<string, string>): Html | undefined {
  return problems.has(field)
    ? html` aria-invalid="true" aria-describedby="${field}-error"`
    : undefined
}

function fieldError(field: string, problems: ReadonlyMap<string, string>): Html | undefined {
  const problem = problems.get(field)
  return problem === undefined
    ? undefined
    : html`<p class="field-error" id="${field}-error">${icon('alert')}${problem}</p>`
}

/** Reads the posted form; unknown kinds count as public. */
export function readClientForm(form: URLSearchParams): ClientFormValues {
  const kind = form.get('kind') ?? 'public'
  return {
    client_name: form.get('client_name') ?? '',
    redirect_uris: form.get('redirect_uris') ?? '',
    kind: Object.hasOwn(clientKinds, kind) ? (kind as ClientFormValues['kind']) : 'public',
    allowed_scopes: form.getAll('allowed_scopes'),
  }
}

export function redirectUrisOf({ redirect_uris }: ClientFormValues): string[] {
  return redirect_uris.split(/\s+/).filter(Boolean)
}
