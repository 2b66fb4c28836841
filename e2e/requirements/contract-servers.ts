import { sentencesOf } from './requirement.ts'

/** CONTRACT sections 1, 2 and 9: the servers, their endpoints, starting and configuring them. */
export const contractServers = {
  ...sentencesOf('CONTRACT', '1', {
    'contract-1-production-names':
      'The servers reproduce https://my.neonpanel.com and https://mcp.neonpanel.com.',
    'contract-1-issuer-default': 'The authorization server is http://localhost:4400 by default.',
    'contract-1-resource-default': 'The resource server is http://localhost:4401 by default.',
    'contract-1-packages':
      'The servers are the packages apps/authorization-server and apps/resource-server.',
    'contract-1-built-on':
      'The authorization server is built on oidc-provider, koa, prisma, zod and jose; the resource server on koa, the MCP TypeScript SDK, jose and zod.',
  }),
  ...sentencesOf('CONTRACT', '1.1', {
    'contract-1.1-authorize': 'GET and POST /oauth2/authorize.',
    'contract-1.1-token': 'POST /oauth2/token.',
    'contract-1.1-register': 'POST /oauth2/register.',
    'contract-1.1-manage': 'GET, PUT and DELETE /oauth2/register/:client_id.',
    'contract-1.1-revoke': 'POST /oauth2/revoke.',
    'contract-1.1-introspect': 'POST /oauth2/introspect.',
    'contract-1.1-userinfo': 'GET and POST /oauth2/userinfo.',
    'contract-1.1-logout': 'GET and POST /oauth2/logout.',
    'contract-1.1-par': 'POST /oauth2/par.',
    'contract-1.1-device': 'POST /oauth2/device and GET /device.',
    'contract-1.1-jwks': 'GET /oauth2/jwks.',
    'contract-1.1-metadata':
      'GET /.well-known/openid-configuration and GET /.well-known/oauth-authorization-server.',
    'contract-1.1-metadata-agree': 'Both documents agree with each other.',
    'contract-1.1-metadata-true': 'The documents never promise what does not work.',
    'contract-1.1-pages': 'Pages /interaction/:uid, /account and /console.',
    'contract-1.1-healthz': 'GET /healthz says that the process is up.',
    'contract-1.1-readyz':
      'GET /readyz says that the database is reachable, migrations are applied and keys are loaded.',
    'contract-1.1-metrics': 'GET /metrics.',
  }),
  ...sentencesOf('CONTRACT', '1.2', {
    'contract-1.2-mcp': '/mcp takes POST, GET and DELETE, of every MCP revision.',
    'contract-1.2-sse': '/sse/ is the legacy HTTP+SSE transport.',
    'contract-1.2-resource-metadata':
      'GET /.well-known/oauth-protected-resource and GET /.well-known/oauth-protected-resource/mcp.',
    'contract-1.2-mirror':
      'GET /.well-known/oauth-authorization-server and /.well-known/openid-configuration on the MCP host are the AS documents.',
    'contract-1.2-health': 'The resource server has /healthz, /readyz and /metrics.',
  }),
  ...sentencesOf('CONTRACT', '2', {
    'contract-2-start':
      'npm start runs both servers in one process with the embedded database and demo data.',
    'contract-2-test': 'npm test runs unit, protocol and browser tests.',
    'contract-2-node':
      'The Node.js that runs the project comes in through the node development dependency.',
    'contract-2-no-downloads': 'Nothing is downloaded outside the package registry.',
    'contract-2-chromium':
      'A machine without any Chromium gets one by Playwright’s own installer when the browser tests first run.',
    'contract-2-card':
      'The card shows both URLs, the authorize and token URLs, the demo accounts, a client id to paste, a fresh initial access token with its expiry, and the console URL.',
    'contract-2-ready-line':
      'The last line is exactly ready issuer=<ISSUER_URL> mcp=<MCP_URL> on standard output.',
    'contract-2-card-json': 'Under LOG_FORMAT=json the card is one JSON line.',
    'contract-2-signals': 'SIGINT and SIGTERM drain and exit 0 within 10 s.',
  }),
  ...sentencesOf('CONTRACT', '2.1', {
    'contract-2.1-all-problems':
      'The environment is validated, all problems are reported at once, and the process exits 1.',
    'contract-2.1-ports':
      'AUTH_PORT and MCP_PORT are the listening ports; 0 is any free port and the URLs follow it.',
    'contract-2.1-host': 'HOST is the listening address, 127.0.0.1 by default.',
    'contract-2.1-issuer-url': 'ISSUER_URL is the issuer identifier; http only for loopback hosts.',
    'contract-2.1-mcp-url':
      'MCP_URL is the canonical resource identifier, the aud of access tokens.',
    'contract-2.1-database-url': 'DATABASE_URL selects PostgreSQL; unset is embedded SQLite.',
    'contract-2.1-data-dir':
      'DATA_DIR is the embedded database’s directory, .neonpanel by default.',
    'contract-2.1-data-dir-lock':
      'One process at a time uses DATA_DIR; a second one is told who holds it.',
    'contract-2.1-data-dir-memory': 'DATA_DIR=memory leaves nothing behind.',
    'contract-2.1-seed': 'SEED is demo on a loopback issuer, else none.',
    'contract-2.1-admin-token':
      'ADMIN_TOKEN is neonpanel-local-admin on a loopback issuer, else required, 24 characters or more.',
    'contract-2.1-app-secret':
      'APP_SECRET is generated into the database on loopback, else required, 32 bytes or more of base64url.',
    'contract-2.1-access-token-ttl': 'ACCESS_TOKEN_TTL_SECONDS is 3600 by default.',
    'contract-2.1-code-ttl': 'AUTHORIZATION_CODE_TTL_SECONDS is 600 by default.',
    'contract-2.1-refresh-ttl':
      'REFRESH_TOKEN_TTL_SECONDS is 2592000 by default, sliding, capped by the grant.',
    'contract-2.1-iat-ttl':
      'INITIAL_ACCESS_TOKEN_TTL_SECONDS, 900, is the default when minting an initial access token.',
    'contract-2.1-format': 'ACCESS_TOKEN_FORMAT is jwt (RFC 9068, ES256) or opaque.',
    'contract-2.1-revocation-check':
      'REVOCATION_CHECK_SECONDS is how long the RS trusts a positive introspection answer; 0 asks every time.',
    'contract-2.1-registration-mode':
      'REGISTRATION_MODE is iat, open, or off (no registration endpoint, metadata says so).',
    'contract-2.1-legacy-sse': 'LEGACY_SSE switches HTTP+SSE of 2024-11-05; on by default.',
    'contract-2.1-leeway':
      'A refresh retried within REFRESH_LEEWAY_SECONDS gets a good answer; later reuse revokes the family; 0 is strict.',
    'contract-2.1-trust-proxy':
      'TRUST_PROXY honours X-Forwarded-* from a TLS-terminating proxy; false by default.',
    'contract-2.1-test-controls':
      'TEST_CONTROLS is true on a loopback issuer, else false, and refuses to start when true on another unless it is staging.',
    'contract-2.1-log': 'LOG_LEVEL is info; LOG_FORMAT is pretty on a terminal, else json.',
  }),
  ...sentencesOf('CONTRACT', '9', {
    'contract-9-start':
      'npm run start:auth and npm run start:mcp start one app each from the same environment.',
    'contract-9-database-url': 'Single processes need DATABASE_URL.',
    'contract-9-issuer': 'The RS finds the AS through ISSUER_URL.',
    'contract-9-migrate': 'npm run migrate applies migrations and exits.',
    'contract-9-any-number':
      'Any number of each may run on one PostgreSQL; a request may land on any of them.',
  }),
}
