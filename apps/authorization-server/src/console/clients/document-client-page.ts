import { breakable, type Html, html } from '../../web/html.ts'
import { icon } from '../../web/icons.ts'
import { appMark, appName } from '../../web/identity.ts'
import type { Viewer } from '../../web/layout.ts'
import type { ListedGrant } from '../grants.ts'
import { counted } from '../pager.ts'
import type { Page } from '../paging.ts'
import { type DocumentClient, documentHost } from './document-clients.ts'
import { grantsCard, revokeAllDialog } from './grants-card.ts'

export interface DocumentClientView {
  readonly viewer: Viewer
  readonly notice: Html | undefined
  readonly client: DocumentClient
  readonly grants: Page<ListedGrant>
}

/** A client that only its metadata document vouches for: what people granted it, and how to end that. */
export function documentClientPage({ viewer, notice, client, grants }: DocumentClientView): Html {
  const host = documentHost(client)
  const app = { clientId: client.clientId, name: host, reviewed: false }
  return html`<header class="page-header">
      <nav aria-label="Breadcrumb">
        <ol class="breadcrumb">
          <li><a href="/console/clients">Clients</a></li>
          <li>${host}</li>
        </ol>
      </nav>
      <div class="spread">
        <div class="identity">
          ${appMark(app, 'large')}
          <div class="stack stack-tight">
            <h1>${appName(app)}</h1>
            <p class="cluster"><span class="badge" data-tone="warn">${icon('shield-alert')}Unverified</span> <span class="badge">Metadata document</span></p>
          </div>
        </div>
        <a class="button" href="/console/flows?client_id=${encodeURIComponent(client.clientId)}">View flows</a>
      </div>
    </header>
    <div class="stack stack-loose">
      ${notice}
      <section class="card" aria-labelledby="identity-title">
        <header class="card-header">
          <div>
            <h2 id="identity-title">Identity</h2>
            <p class="small">It never registered: its client ID is the address of a document, which says its name and where answers may go.</p>
          </div>
        </header>
        <div class="card-body boxed">
          <dl class="facts facts-table">
            <div><dt>Client ID</dt><dd class="breakable"><code>${breakable(client.clientId)}</code></dd></div>
          </dl>
        </div>
      </section>
      ${grantsCard(client, grants, viewer)}
      ${
        client.activeGrants > 0 &&
        html`<section class="card danger-zone" aria-labelledby="danger-title">
        <header class="card-header"><h2 id="danger-title">Danger zone</h2></header>
        <ul class="list">
          <li class="stack stack-snug">
            <div>
              <h3>Revoke all grants</h3>
              <p class="small">${counted(client.activeGrants, 'person', 'people')} must connect it again.</p>
            </div>
            <p><button class="button button-small button-danger" type="button" popovertarget="revoke-all">Revoke all grants</button></p>
          </li>
        </ul>
      </section>`
      }
    </div>
    ${revokeAllDialog(client, viewer)}`
}
