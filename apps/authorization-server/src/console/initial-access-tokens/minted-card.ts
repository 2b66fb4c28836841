import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import { breakable, type Html, html } from '../../web/html.ts'
import { formatClock, formatDateTime, time } from '../../web/time.ts'
import { counted } from '../pager.ts'

/** A token on the one page that ever shows it. */
export interface MintedToken {
  readonly token: string
  readonly note: string
  readonly maxUses: number
  readonly ttlSeconds: number
  /** Empty = any. */
  readonly allowedRedirectHosts: readonly string[]
  readonly expiresAt: Date
  readonly registrationEndpoint: string
}

/** Lifetimes for which the stylesheet counts down. */
const countdownMinutes = [5, 10, 15]

export function mintedCard(minted: MintedToken): Html {
  const { token, note, maxUses, expiresAt } = minted
  const minutes = minted.ttlSeconds / 60
  const counts = countdownMinutes.includes(minutes)
  return html`<section class="card card-raised" aria-labelledby="minted-title" role="status">
          <header class="card-header">
            <div>
              <h2 id="minted-title">Copy this token now</h2>
              <p class="small">You won’t see it again. ${note && html`For “${note}”, `}${counted(maxUses, 'use')}.</p>
            </div>
            <p class="expiry">${counts && html`<span class="countdown" data-minutes="${minutes}" aria-hidden="true"></span>`}<span class="faint">expires ${time(expiresAt, counts ? `${formatClock(expiresAt)} UTC` : formatDateTime(expiresAt))}</span></p>
          </header>
          <div class="card-body stack">
            ${counts && html`<div class="countdown-bar" aria-hidden="true"></div>`}
            <div class="secret">
              <code>${token}</code>
            </div>
            <h3>Register with it</h3>
            <div class="code-block">
              <pre>${curlCommand(minted)}</pre>
            </div>
            ${registerCommand(minted)}
            <p class="small">Registration endpoint: <code>${breakable(minted.registrationEndpoint)}</code></p>
          </div>
        </section>`
}

/** Clients whose registration `neonpanel register` knows, by the hosts that their redirects need. */
const personas = [
  { name: 'chatgpt', title: 'ChatGPT', hosts: ['chatgpt.com'] },
  { name: 'claude', title: 'Claude', hosts: ['claude.ai', 'claude.com'] },
  { name: 'inspector', title: 'MCP Inspector', hosts: ['localhost', '127.0.0.1'] },
] as const

/** Registers as a client that the token allows, or with metadata of one's own. */
function registerCommand({ token, allowedRedirectHosts }: MintedToken): Html {
  const allowed = (host: string) =>
    allowedRedirectHosts.length === 0 || allowedRedirectHosts.includes(host)
  const persona = personas.find(({ hosts }) => hosts.every(allowed))
  return html`<h3>${persona ? `Or register as ${persona.title} does` : 'Or register from a file with the client’s metadata'}</h3>
            <div class="code-block">
              <pre><b>npx neonpanel</b> register ${persona?.name ?? '--file client.json'} --iat <i>${token}</i></pre>
            </div>`
}

/** A redirect URI that the token allows. */
function sampleRedirectUri([host = '127.0.0.1']: readonly string[]): string {
  const uri = `http://${host}/callback`
  return isLoopbackUrl(uri) ? uri : `https://${host}/callback`
}

function curlCommand({ token, registrationEndpoint, allowedRedirectHosts }: MintedToken): Html {
  return html`<b>curl</b> -X POST ${registrationEndpoint} \\
  -H <i>"Authorization: Bearer ${token}"</i> \\
  -H <i>"Content-Type: application/json"</i> \\
  -d <i>'{
    "client_name": "My client",
    "redirect_uris": ["${sampleRedirectUri(allowedRedirectHosts)}"],
    "grant_types": ["authorization_code", "refresh_token"],
    "token_endpoint_auth_method": "none"
  }'</i>`
}
