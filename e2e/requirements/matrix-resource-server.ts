import { sentencesOf } from './requirement.ts'

/** SPEC-MATRIX part B: what the standards and real clients ask of the resource server. */
export const matrixResourceServer = sentencesOf('SPEC-MATRIX', 'B', {
  'RS-01': 'Publish protected-resource metadata.',
  'RS-02':
    'Path-inserted location: https://host/.well-known/oauth-protected-resource/mcp for RES=https://host/mcp.',
  'RS-03':
    'Also the root form /.well-known/oauth-protected-resource (second fallback of clients; if challenge is lost).',
  'RS-04':
    'resource equals the URL the client used / the identifier the URL was built from, byte for byte; no trailing slash.',
  'RS-05':
    'Alias paths (/sse, /sse/, /mcp/): the challenge there names that path’s own PRM, e.g. /.well-known/oauth-protected-resource/sse/ with resource: https://host/sse/.',
  'RS-06': 'authorization_servers has ≥ 1 entry; first = ISS exactly (Claude uses only the first).',
  'RS-07': 'scopes_supported = scopes useful at this resource; no offline_access, no openid.',
  'RS-08':
    'bearer_methods_supported: ["header"], resource_name, resource_documentation; empty arrays omitted.',
  'RS-09': 'PRM public, no auth, CORS *, cacheable.',
  'RS-10':
    'Missing/invalid/expired token → HTTP 401 (not 200/302/400) with WWW-Authenticate: Bearer.',
  'RS-11': 'Challenge carries resource_metadata="<PRM URL>".',
  'RS-12':
    'Challenge carries scope="…" with what this request needs (for a first 401: minimal read set or all nine — fixed per deployment).',
  'RS-13':
    'No error attribute when the request had no credentials; error="invalid_token" when it had bad ones.',
  'RS-14': 'Auth params quoted, charset limited, one Bearer challenge, single header line.',
  'RS-15':
    'Insufficient scope → 403 + error="insufficient_scope", scope, resource_metadata; never 401 for that and never 403 for bad tokens.',
  'RS-16': 'All scopes of the operation in one challenge; consistent strategy.',
  'RS-18': 'Step-up round trip works: 403 → client authorizes union of scopes → retry 200.',
  'RS-19': '400 for malformed authorization request (two methods, bad header syntax).',
  'RS-21':
    'Validate on every HTTP request, also on requests carrying a session id, and before reading business data.',
  'RS-22': 'Header only; ?access_token= and form body ignored.',
  'RS-23':
    'JWT: signature by ISS key, typ = at+jwt (or application/at+jwt), alg allow-list (RS256/ES256), no none, no HS*.',
  'RS-24':
    'iss equals ISS exactly; aud contains RES; exp in future; nbf/iat sane; sub,client_id present.',
  'RS-25': 'Id_token or token for other resource/UserInfo refused.',
  'RS-26':
    'Keys only from configured jwks_uri; header jku,x5u,jwk ignored; kid used only for lookup in memory.',
  'RS-28':
    'Revoked token refused within the documented bound (introspection cache ≤ n s or denylist).',
  'RS-30':
    'Tokens from other issuers/audiences never accepted "for convenience" (also not in staging).',
  'RS-31': 'No data on 401/403: body generic JSON, no stack, no user data.',
  'RS-32':
    'Origin validated on all requests incl. GET/DELETE/legacy SSE; present and not allowed → 403; absent → ok; null → 403.',
  'RS-33': 'Host allow-list (DNS rebinding) incl. port where local.',
  'RS-34': 'Local mode binds 127.0.0.1/::1 only.',
  'RS-35':
    'CORS for browser clients: ACAO echo of allowed origin, no credentials; Vary: Origin; OPTIONS answered without auth 204.',
  'RS-36':
    'Access-Control-Allow-Headers: authorization, content-type, accept, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name, last-event-id and echo of mcp-param-* (the * wildcard does not cover Authorization).',
  'RS-37':
    'Access-Control-Expose-Headers: WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version also on 401/403.',
  'RS-38': 'Allow-Methods GET, POST, DELETE, OPTIONS.',
  'RS-39':
    'Body limit (e.g. 1 MiB; legacy SDK path uses 4 MB), JSON depth/keys limit, header limit 16 KiB, request timeout, max concurrent streams per principal.',
  'RS-41':
    'SSE responses: Cache-Control: no-cache, no-transform, X-Accel-Buffering: no; keep-alive comments ≤ 25 s.',
  'RS-42': 'HEAD, PUT, PATCH → 405 + Allow (401 first when unauthenticated).',
  'RS-43':
    'GET RES + Bearer (+ Accept: text/event-stream or */*) → 200 text/event-stream, first event exactly event: endpoint / data: /mcp?sessionId=….',
  'RS-44': 'Decision table G1–D2.',
  'RS-45': '202 with no JSON-RPC body for accepted legacy POST; answer as event: message.',
  'RS-46':
    'sessionId/Mcp-Session-Id bound to sub+client_id (not to the token, which is refreshed); foreign use → 404.',
  'RS-47':
    'Stream ends or is re-checked when its token expires/revoked (close at exp, client reconnects with fresh token).',
  'RS-48': 'POST only semantics; single JSON-RPC request or notification; batch refused.',
  'RS-49':
    'server/discover implemented: supportedVersions, capabilities, _meta…serverInfo, ttlMs, cacheScope, resultType.',
  'RS-50': 'MCP-Protocol-Version header required and equal to _meta.',
  'RS-51': 'Unknown version → 400 -32022 with data.supported, data.requested.',
  'RS-52':
    'Mcp-Method (all) and Mcp-Name (tools/call, resources/read, prompts/get) required, equal to body; =?base64?…?= decoded; header names case-insensitive, values case-sensitive.',
  'RS-54': '_meta must have protocolVersion and clientCapabilities on each request.',
  'RS-56': 'Unknown method (incl. initialize, ping with modern _meta) → 404 -32601.',
  'RS-57': 'Notification POST → 202, no body.',
  'RS-58': 'id string/integer, never null.',
  'RS-59': 'Every result has resultType.',
  'RS-60':
    'ttlMs ≥ 0 + cacheScope on discover, lists, resources/read; lists that depend on scopes are private; same scope on all pages.',
  'RS-61':
    'tools/list does not vary per connection or by earlier requests; may vary by authorization; deterministic order.',
  'RS-63': 'Mcp-Session-Id, Last-Event-ID ignored in modern requests and never minted.',
  'RS-69':
    'Codes -32002, -32042 not emitted; -32000…-32019 not used for new errors; unknown tool -32602; unknown resource -32602 and never empty contents.',
  'RS-73':
    'initialize → negotiated version: requested if supported, else server’s latest (2025-11-25).',
  'RS-74':
    'Mcp-Session-Id: visible ASCII, cryptographically random; required on later requests (400 otherwise); ended session → 404.',
  'RS-75': 'DELETE ends the session.',
  'RS-77':
    'MCP-Protocol-Version on later requests: invalid/unsupported → 400; absent → assume 2025-03-26.',
  'RS-78': 'Batches: 2025-03-26 MUST accept; 2025-06-18+ removed.',
  'RS-79': 'Notifications/responses → 202; requests → JSON or SSE; message on one stream only.',
  'RS-83':
    'Authorization included in every request of the session; token may change (refresh) within the session for the same principal.',
  'RS-84': 'endpoint event first, URI for POST; same origin only.',
  'RS-85': 'message events with JSON; keep-alive comments; no id:.',
  'RS-86': 'Origin validated; token on GET and on every POST.',
  'RS-87': 'SessionId is not authentication; unguessable.',
  'RS-88': 'Can be switched off by one flag (LEGACY_SSE=off → G4 becomes 405).',
  'RS-89':
    'search(query:string) → {results:[{id,title,url}]}; empty → {"results":[]}, not an error.',
  'RS-90': 'fetch(id:string) → {id,title,text,url,metadata?}; unknown id → isError:true.',
  'RS-91':
    'content = exactly one text item with JSON.stringify(structuredContent); structuredContent present and valid against outputSchema.',
  'RS-92':
    'Every id returned by search is fetchable by the same principal; url absolute https, usable for citation; access rights checked in both.',
  'RS-93':
    'Annotations: readOnlyHint on read tools; writes have readOnlyHint:false and right destructiveHint/openWorldHint.',
  'RS-94':
    'securitySchemes per tool, mirrored in _meta["securitySchemes"]; types noauth, oauth2+scopes; consistent with the enforced tool→scope table.',
  'RS-96': 'Tool names 1–128 chars [A-Za-z0-9_.-], unique; title/description safe text.',
  'RS-97':
    'Unknown tool → -32602; invalid arguments → tool error result (2025-11-25+) ; internal errors without stack.',
  'RS-98': 'Validate all inputs, sanitise outputs, access control, rate limits, timeouts.',
  'RS-99':
    'Tools/list may hide or show tools lacking scopes; show all with securitySchemes so that step-up can happen.',
  'RS-105':
    'Real SDK clients e2e: v1 SSE, v1 HTTP, v2 auto, v2 pinned 2026-07-28; each with DCR, CIMD (pinned), static.',
})

/** SPEC-MATRIX E.4: decisions where the standards leave a choice. */
export const decisions = sentencesOf('SPEC-MATRIX', 'E.4', {
  'decision-1':
    'Access token: JWT ES256, 1 h (configurable), liveness by introspection with a short cache; opaque as a setting.',
  'decision-2':
    'Refresh leeway 10 s for a retried request, then reuse kills the family; 0 = strict.',
  'decision-3':
    'Omitted scope = the client’s ceiling ∩ all read: scopes ∩ what the person may hold.',
  'decision-4':
    'First 401 challenge scope: what the call needs, or, where no call is known yet, read:companies read:inventory.',
  'decision-5':
    'REGISTRATION_MODE = iat (default everywhere), open, off; with off the metadata has no registration endpoint. CIMD and pre-registered clients beside it.',
  'decision-6':
    'Initial access token: JWT signed by the AS key set, scope dcr.create, 15 min, one use by default.',
  'decision-7':
    'Legacy SSE on (LEGACY_SSE=off switches it off); 2025-03-26 metadata mirror on the MCP host on; its /authorize /token /register fallbacks redirect to the AS.',
  'decision-8': 'offline_access is in the AS scopes_supported, never needed for a refresh token.',
  'decision-9':
    'DPoP is on, because the RS verifies proofs too; PAR and the device grant are on and tested. Rows AS-109, AS-167 say what must hold when they are off.',
  'decision-10':
    'Registered scope is a ceiling only when the initial access token’s policy says so; a client’s own wish is never a ceiling (AS-122).',
})
