import { sentencesOf } from './requirement.ts'

/** CONTRACT sections 3, 4, 5 and 8: scopes, people, clients, tokens, tools and pages. */
export const contractTokens = {
  ...sentencesOf('CONTRACT', '3', {
    'contract-3-nine-scopes':
      'Nine resource scopes are defined once with title, consent sentence, group and sensitivity.',
    'contract-3-identity-scopes':
      'openid, profile, email and offline_access exist at the AS and are never listed by the RS.',
    'contract-3-dcr-scope': 'dcr.create is the scope of an initial access token only.',
    'contract-3-one-role':
      'A person has one role per company; a role has a set of the nine scopes.',
    'contract-3-never-beyond-role':
      'A token never carries a scope that the person’s roles in the consented companies do not hold, however it was requested.',
    'contract-3-not-available':
      'What is not permitted is shown on the consent page as not available, with the reason, and is left out of the grant.',
    'contract-3-nothing-permitted':
      'If nothing that was requested is permitted, the client receives access_denied.',
    'contract-3-role-owner': 'An Owner holds all nine scopes.',
    'contract-3-role-analyst': 'A Finance analyst holds all read: scopes but read:landed-cost.',
    'contract-3-role-warehouse':
      'A Warehouse manager holds read:companies, read:inventory, read:warehouses and write:import.',
    'contract-3-role-viewer': 'A Viewer holds read:companies and read:inventory.',
    'contract-3-trusted-ticked':
      'Clients that are pre-registered, reviewed or registered with an IAT have their permitted read: scopes pre-ticked.',
    'contract-3-unknown-unticked':
      'Clients known only by a metadata document or by open registration have nothing pre-ticked but what is required.',
    'contract-3-unknown-loopback':
      'Such a client with a loopback redirect needs an extra tick: I started this sign-in on this computer.',
    'contract-3-write-unticked': 'write: scopes are never pre-ticked.',
    'contract-3-companies-required':
      'read:companies is required whenever any resource scope is asked for.',
  }),
  ...sentencesOf('CONTRACT', '3.1', {
    'contract-3.1-owner':
      'owner@neonpanel.test is Owner of Harbor Goods LLC and Harbor Goods EU B.V.',
    'contract-3.1-analyst':
      'analyst@neonpanel.test is Finance analyst of Harbor Goods LLC and Viewer of Tallow Studio.',
    'contract-3.1-warehouse':
      'warehouse@neonpanel.test is Warehouse manager of Harbor Goods EU B.V.',
    'contract-3.1-outsider': 'outsider@neonpanel.test is a member of no company.',
    'contract-3.1-suspended': 'suspended@neonpanel.test is suspended and can’t sign in.',
    'contract-3.1-admin': 'admin@neonpanel.test is administrator of the console and of no company.',
  }),
  ...sentencesOf('CONTRACT', '3.2', {
    'contract-3.2-chatgpt': 'chatgpt-mcp-connector is public and has its three redirect URIs.',
    'contract-3.2-claude': 'claude is public and has its two redirect URIs.',
    'contract-3.2-local': 'local-client is public and native: any loopback port.',
    'contract-3.2-inspector': 'mcp-inspector is public and has its three redirect URIs.',
    'contract-3.2-service':
      'demo-service is confidential, client_credentials, without redirect URIs.',
  }),
  ...sentencesOf('CONTRACT', '4', {
    'contract-4-header': 'An access token’s header has typ at+jwt, alg ES256 and kid.',
    'contract-4-claims':
      'Its claims are iss sub aud client_id scope iat exp jti grant_id companies.',
    'contract-4-companies': 'companies is an array of company ids.',
    'contract-4-aud': 'aud is exactly MCP_URL.',
    'contract-4-resource-default': 'A request without resource gets MCP_URL.',
    'contract-4-resource-spellings':
      'The origin, the served aliases, each with or without a trailing slash, and upper-case scheme or host are accepted spellings.',
    'contract-4-resource-invalid': 'Anything else is invalid_target.',
    'contract-4-alias-challenge': 'A 401 at an alias names that alias’s own metadata document.',
    'contract-4-refresh-rotation':
      'A refresh token is opaque and rotated on every use; the family is revoked on reuse after the leeway.',
    'contract-4-refresh-issued':
      'A refresh token is issued to every client whose grant_types has refresh_token.',
    'contract-4-iat-jwt':
      'An IAT is a JWT of the AS: typ iat+jwt, iss and aud the issuer, scope dcr.create, iat, exp, jti.',
    'contract-4-iat-policy': 'An IAT may bind allowed redirect hosts and allowed scopes.',
    'contract-4-iat-uses': 'Default 15 minutes and one use; max_uses up to 100.',
    'contract-4-iat-atomic': 'An IAT is spent atomically.',
    'contract-4-iat-revocable': 'An IAT is revocable.',
    'contract-4-iat-origin': 'Every client remembers which IAT made it.',
    'contract-4-hashed':
      'Codes, refresh tokens, sessions and registration tokens are stored under the SHA-256 of their value, secrets as argon2id.',
    'contract-4-revoke-endpoint':
      'Revocation by /oauth2/revoke ends refresh at once and /mcp access within REVOCATION_CHECK_SECONDS.',
    'contract-4-revoke-person': 'Revocation by the person in /account does.',
    'contract-4-revoke-admin': 'Revocation by an administrator does.',
    'contract-4-revoke-suspension': 'Suspending the person does.',
    'contract-4-revoke-reuse': 'Reuse detection does.',
  }),
  ...sentencesOf('CONTRACT', '5', {
    'contract-5-modern': 'Revision 2026-07-28, stateless.',
    'contract-5-streamable':
      'Revisions 2025-11-25, 2025-06-18 and 2025-03-26 over Streamable HTTP.',
    'contract-5-legacy-get':
      'GET /mcp with a bearer and Accept: text/event-stream and no Mcp-Session-Id answers a stream whose first event is endpoint with data /mcp?sessionId=<id>.',
    'contract-5-legacy-post': 'Messages are then POSTed there.',
    'contract-5-sse': '/sse/ does the same.',
    'contract-5-bearer': 'Without a valid bearer every method answers 401.',
    'contract-5-tool-search':
      'search needs read:inventory and finds items, and what finance documents the token’s scopes allow.',
    'contract-5-tool-fetch': 'fetch needs read:inventory and reads one search result in full.',
    'contract-5-tool-list-companies':
      'list_companies needs read:companies and lists the companies in the token.',
    'contract-5-tool-list-warehouses':
      'list_warehouses needs read:warehouses and lists warehouses with stock totals.',
    'contract-5-tool-get-inventory-items':
      'get_inventory_items needs read:inventory and pages items with on hand, reserved and inbound.',
    'contract-5-tool-get-item-cogs':
      'get_item_cogs needs read:cogs and gives FIFO cost of goods sold of one item by period.',
    'contract-5-tool-get-item-landed-cost':
      'get_item_landed_cost needs read:landed-cost and gives landed cost per unit by shipment with its components.',
    'contract-5-tool-get-revenue-and-cogs':
      'get_revenue_and_cogs needs read:revenue and read:cogs and gives them by period and channel, with margin.',
    'contract-5-tool-get-analytics':
      'get_analytics needs read:analytics and gives sell-through, velocity, days of cover and a stock-out forecast.',
    'contract-5-tool-reports':
      'list_reports and get_report need read:reports and give profit and loss and stock valuation.',
    'contract-5-tool-import-items':
      'import_items needs write:import: validated, dry run first, idempotency key.',
    'contract-5-401':
      'A 401 has WWW-Authenticate: Bearer with resource_metadata and the least useful scope, and error only when a token was sent.',
    'contract-5-403':
      'A 403 has error insufficient_scope and every scope the call needs in one challenge.',
  }),
  ...sentencesOf('CONTRACT', '8', {
    'contract-8-sign-in': 'Sign in has fields Email and Password and the button Sign in.',
    'contract-8-consent-buttons': 'Consent has buttons Authorize and Deny.',
    'contract-8-consent-scopes': 'Consent has one checkbox per scope named by its title.',
    'contract-8-consent-companies': 'Consent has radios All companies and Selected companies.',
    'contract-8-account': 'The account page has a button Revoke access per connected app.',
    'contract-8-console':
      'The console navigation is Overview, Flows, Clients, Initial access tokens, Users, Scopes, Keys, Audit log, Faults.',
    'contract-8-no-script': 'No page needs JavaScript to work.',
  }),
}
