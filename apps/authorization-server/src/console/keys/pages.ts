import { confirmDialog } from '../../web/confirm-dialog.ts'
import { type Html, html } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import type { Viewer } from '../../web/layout.ts'
import { listTime } from '../list-time.ts'
import type { SigningKeyWithState } from './key-states.ts'

export interface KeysView {
  readonly viewer: Viewer
  readonly notice: Html | undefined
  readonly keys: readonly SigningKeyWithState[]
  readonly jwksUrl: string
}

/** What signs tokens now, what will, and whose signatures are still accepted. */
export function keysPage({ viewer, notice, keys, jwksUrl }: KeysView): Html {
  return html`<header class="page-header">
      <div class="spread">
        <h1>Keys</h1>
        <button class="button button-primary" type="button" popovertarget="rotate">${icon('refresh')}Rotate keys</button>
      </div>
      <p class="lede">ES256 signs access tokens, RS256 signs ID tokens. Private keys are stored encrypted and never shown.</p>
    </header>
    <div class="stack stack-loose">
      ${notice}
      <section class="card table-wrap" aria-label="Signing keys">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Key ID</th>
              <th scope="col">Algorithm</th>
              <th scope="col">State</th>
              <th scope="col">Signs from, UTC</th>
              <th scope="col">Leaves the JWKS, UTC</th>
            </tr>
          </thead>
          <tbody>${keys.map(keyRow)}</tbody>
        </table>
        <footer class="card-footer">
          <p>Published at <code>${jwksUrl}</code></p>
        </footer>
      </section>
    </div>
    ${confirmDialog({
      id: 'rotate',
      action: '/console/keys/rotate',
      viewer,
      title: 'Rotate the signing keys?',
      consequence:
        'New keys are published now and sign in 5 minutes, when caches have seen them. The keys of today stay published until the last token they signed has expired. Nobody is signed out.',
      keep: 'Keep these keys',
      confirm: 'Rotate keys',
    })}`
}

const states = {
  signing: html`<span class="status" data-tone="ok">Signs now</span>`,
  next: html`<span class="status" data-tone="accent" data-shape="ring">Signs next</span>`,
  retiring: html`<span class="status" data-tone="neutral" data-shape="ring">Retiring</span>`,
}

function keyRow({ kid, algorithm, state, activeFrom, retiresAt }: SigningKeyWithState): Html {
  return html`<tr>
              <td class="breakable"><code>${kid}</code></td>
              <td data-label="Algorithm"><code>${algorithm}</code></td>
              <td data-label="State">${states[state]}</td>
              <td class="nowrap" data-label="Signs from">${listTime(activeFrom)}</td>
              <td class="nowrap" data-label="Leaves the JWKS">${retiresAt ? listTime(retiresAt) : html`<span class="faint">Not planned</span>`}</td>
            </tr>`
}
