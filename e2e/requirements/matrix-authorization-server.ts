import { sentencesOf } from './requirement.ts'

/** SPEC-MATRIX part A: what the standards and real clients ask of the authorization server. */
export const matrixAuthorizationServer = sentencesOf('SPEC-MATRIX', 'A', {
  'AS-01': 'Publish RFC 8414 metadata at /.well-known/oauth-authorization-server.',
  'AS-02': 'Publish OIDC discovery too (at least one of both is mandatory since 2025-11-25).',
  'AS-03':
    'issuer in the document is byte-identical to the identifier used to build the URL and to the one in the RS’s authorization_servers[].',
  'AS-05':
    'authorization_endpoint, token_endpoint, registration_endpoint, jwks_uri, revocation_endpoint, introspection_endpoint present and live.',
  'AS-06': 'Endpoint URLs in metadata come from configuration, never from the request Host.',
  'AS-07': 'code_challenge_methods_supported contains S256 (also in the OIDC document), not plain.',
  'AS-08': 'authorization_response_iss_parameter_supported: true when iss is sent.',
  'AS-09': 'client_id_metadata_document_supported: true when CIMD accepted.',
  'AS-10': 'response_types_supported: ["code"] only; no implicit/hybrid.',
  'AS-11':
    'grant_types_supported states exactly what is enabled (VS Code filters its DCR body by it).',
  'AS-12':
    'token_endpoint_auth_methods_supported lists none plus confidential methods (Claude’s CIMD needs to see none; ChatGPT chooses between none and private_key_jwt).',
  'AS-13':
    'token_endpoint_auth_signing_alg_values_supported present when private_key_jwt is offered; no none.',
  'AS-14':
    'revocation_endpoint_auth_methods_supported, introspection_endpoint_auth_methods_supported stated.',
  'AS-15': 'scopes_supported lists the nine scopes (plus openid, offline_access).',
  'AS-17': 'Metadata served over TLS, CORS-readable for browser clients.',
  'AS-18': 'Metadata cacheable for a bounded time.',
  'AS-19':
    'JWKS has only public signature keys with kid, use/alg; at least one per advertised alg.',
  'AS-21':
    '2025-03-26 clients without PRM: default /authorize, /token, /register and AS metadata at the origin of the MCP URL.',
  'AS-22':
    'OIDC document has the REQUIRED members: issuer, authorization_endpoint, token_endpoint, jwks_uri, response_types_supported, subject_types_supported, id_token_signing_alg_values_supported (with RS256).',
  'AS-23': 'All AS endpoints over HTTPS outside local mode.',
  'AS-24':
    'Token, register, revoke, introspect responses carrying secrets: Cache-Control: no-store.',
  'AS-25': 'No 307 when redirecting a request that may carry user credentials; use 303.',
  'AS-26': 'No CORS on the authorization endpoint.',
  'AS-27':
    'Token endpoint CORS only for origins of the client’s registered redirect URIs; never Allow-Credentials.',
  'AS-28': 'Registration and revocation readable from browser clients.',
  'AS-29': 'Clickjacking: login/consent pages not frameable.',
  'AS-30': 'Referrer-Policy: no-referrer on pages whose URL holds code/state.',
  'AS-32': 'Body limits on every POST; unsupported content types refused.',
  'AS-33': 'Wrong method on a known endpoint → 405 with Allow.',
  'AS-34': 'Token/registration/revocation errors are JSON whatever Accept says.',
  'AS-35':
    'Parameters without value are as if omitted; repeated parameters are an error; unknown are ignored.',
  'AS-36': 'error, error_description stay in the allowed ASCII set and do not echo raw input.',
  'AS-37': 'Rate-limit password login, token endpoint secrets, IAT attempts, CIMD fetches.',
  'AS-38': 'Unpredictable credentials: guessing probability ≤ 2^-128 (SHOULD 2^-160).',
  'AS-39':
    'Secrets (client secrets, IAT, RT, codes) not stored in clear where hash suffices; never logged.',
  'AS-40': 'GET supported.',
  'AS-41': 'Authenticate the resource owner before granting.',
  'AS-42': 'Unknown client or unregistered/invalid redirect_uri → do not redirect, tell the user.',
  'AS-43': 'Exact string comparison of redirect_uri (loopback port excepted).',
  'AS-44':
    'Loopback redirect: any port accepted for 127.0.0.1 and [::1] (and localhost) at request time.',
  'AS-45': 'localhost name: SHOULD NOT be recommended but real clients use it.',
  'AS-46':
    'Redirect URIs are HTTPS or loopback; nothing else except allow-listed private-use schemes.',
  'AS-47': 'Redirect_uri may be omitted only with exactly one registered.',
  'AS-48': 'Redirect_uri has no fragment; query kept when parameters are added.',
  'AS-49': 'state returned exactly.',
  'AS-50': 'iss in every authorization response incl. errors, equal to metadata issuer.',
  'AS-51':
    'Authenticate the user (or show own page) before redirecting errors to a redirect URI that is not trusted (DCR/CIMD client).',
  'AS-52': '"Deny" must return access_denied with state+iss, not loop.',
  'AS-53': 'Unknown response_type → unsupported_response_type.',
  'AS-54':
    'Scope: process request or fail; if granted ≠ requested say so in the token response; omitted scope → default or invalid_scope.',
  'AS-55': 'Requested scope outside the client’s registered scope → invalid_scope.',
  'AS-56': 'Unknown scope values: fail with invalid_scope or ignore — documented.',
  'AS-57': 'prompt=none/login/consent, max_age, login_hint per OIDC.',
  'AS-58': 'nonce echoed in id_token; id_token only with openid.',
  'AS-59': 'Request objects by value/reference refused unless enabled.',
  'AS-60':
    'Authorization code: single use, short-lived (≤ 10 min), bound to client, redirect_uri, challenge.',
  'AS-61':
    'Do not silently re-approve clients whose identity cannot be proven (public/native); ask again.',
  'AS-62':
    'Consent page names client, redirect host, CIMD client_id host, resource, and each scope in words.',
  'AS-63':
    'Extra warning when only loopback redirect URIs are registered (CIMD/DCR impersonation).',
  'AS-64': 'Consent and login forms carry CSRF protection bound to the interaction and session.',
  'AS-65':
    'All client-supplied strings escaped; logo_uri only https and not hot-linked without CSP.',
  'AS-66': 'User and admin can list and revoke grants.',
  'AS-67':
    'PKCE required for public clients, and for confidential ones unless nonce-protected; product: for all.',
  'AS-68': 'Only S256; plain and missing method (= plain) refused.',
  'AS-69': 'Wrong verifier → invalid_grant; missing verifier → invalid_grant.',
  'AS-71': 'Verifier/challenge syntax 43–128 unreserved.',
  'AS-72': 'Challenge value is not exposed in any response parameter.',
  'AS-73': 'POST, application/x-www-form-urlencoded.',
  'AS-74':
    'Confidential client must authenticate; only one method per request; registered method enforced.',
  'AS-75': '401 + WWW-Authenticate: Basic when the client used the header.',
  'AS-76': 'Client secret / assertion never in the query.',
  'AS-77':
    'private_key_jwt: signature, exp, aud = issuer (token endpoint tolerated), jti replay refused, alg allow-list.',
  'AS-78': 'Code reuse → denied, tokens from the first use revoked.',
  'AS-79': 'Replay with a wrong verifier/invalid parameters must not revoke.',
  'AS-80': 'Exactly one token response per code under concurrency.',
  'AS-81':
    'Redirect_uri in the token request: if sent must equal the one used; OAuth 2.1 clients may omit it.',
  'AS-82':
    'Response: access_token, token_type: Bearer, expires_in, scope (when ≠ requested), refresh_token.',
  'AS-83': 'Access tokens short-lived.',
  'AS-84':
    'Refresh token issued when the client registered refresh_token, without requiring offline_access (Claude, Gemini, Cursor, ChatGPT do not ask for it reliably).',
  'AS-85': 'offline_access accepted and harmless in AZ, RG and challenges; not listed by the RS.',
  'AS-86': 'Rotate refresh tokens of public clients on every use.',
  'AS-87': 'Reuse of a rotated RT → invalid_grant + whole family revoked.',
  'AS-88':
    'Concurrent refresh from one client (Claude Code, several windows) must not destroy the family by default.',
  'AS-89': 'RT bound to client; other client → invalid_grant.',
  'AS-90': 'Refresh may narrow, never widen scope; new RT keeps the original scope.',
  'AS-91': 'RT expiry by inactivity; absolute family lifetime bounded.',
  'AS-92':
    'RT survives browser session end; revoked on password change / admin revoke / explicit logout-everywhere.',
  'AS-93': 'scope, resource on refresh optional: Codex omits resource, Gemini sends scope.',
  'AS-94': 'Dead RT/grant always 400 invalid_grant JSON (clients key re-login on it).',
  'AS-95':
    'Unknown grant → unsupported_grant_type; password/implicit absent; client_credentials off unless confidential test client.',
  'AS-97': 'Accept resource on AZ and TK; AT audience = that resource.',
  'AS-98': 'Unknown, relative or fragment-bearing resource → invalid_target.',
  'AS-99':
    'resource absent (2025-03-26 clients, older ChatGPT) → default audience RES, not an unrestricted token.',
  'AS-100':
    'Accept equivalent spellings (upper-case scheme/host, trailing slash, origin only) and the served aliases (/sse/); aud is always the canonical RES.',
  'AS-101': 'Token request resource must be subset of the granted ones.',
  'AS-102': 'One audience per access token.',
  'AS-103': 'JWT AT header typ: at+jwt, asymmetric alg ≠ none, kid.',
  'AS-104': 'JWT AT claims iss exp aud sub client_id iat jti + scope.',
  'AS-106': 'sub is stable, not an e-mail; no excess PII in the AT.',
  'AS-107': 'AT for RES is refused by /userinfo; UserInfo needs an AT without resource.',
  'AS-108': 'Scope in AT ⊆ consented ∩ resource’s scopes.',
  'AS-109':
    'DPoP not advertised while the RS cannot check it (decision 9: it can). Sender-constraining is a SHOULD (RFC 9700 §2.2.1, OAuth 2.1 §1.4.3).',
  'AS-110': 'DCR support is MAY in 2026-07-28/2025-11-25, SHOULD in 2025-06-18/2025-03-26.',
  'AS-111':
    'POST JSON → 201 + all registered metadata, client_id, client_id_issued_at, client_secret_expires_at when secret.',
  'AS-112':
    'IAT gate: no/unknown/expired IAT → 401 WWW-Authenticate: Bearer error="invalid_token".',
  'AS-113': 'IAT only in the header, scheme Bearer; query refused.',
  'AS-114':
    'IAT as JWT: alg allow-list (no none/HS with public key), iss, aud = registration endpoint, exp, nbf, jti, scope dcr.create; wrong scope → 403 insufficient_scope.',
  'AS-115': 'IAT single-use or n-use, revocable, attributable (who created the client).',
  'AS-116': 'IAT expiry is strict to the documented tolerance.',
  'AS-117': 'client_id generated by AS, not chosen; not https://… shaped; unguessable.',
  'AS-118':
    'Defaults: omitted grant_types = ["authorization_code"], response_types = ["code"], auth method = client_secret_basic.',
  'AS-119': 'Ignore metadata it does not understand.',
  'AS-120':
    'Unsupported *values* — replace or reject; interop wants replace: VS Code and others send device_code, jwt-bearer grants.',
  'AS-121': 'grant_types/response_types consistent.',
  'AS-122':
    'scope at registration: empty string or null = absent; unknown values dropped; the registered ceiling comes from the IAT/environment policy, not from the client’s wish (SDK clients register the scope of the first challenge and later step up with the same client_id).',
  'AS-123':
    'Redirect_uris required for code flow; invalid → invalid_redirect_uri; other → invalid_client_metadata.',
  'AS-124':
    'Reject javascript:, data:, file:, about:, vbscript:, blob:, fragment, userinfo, wildcard hosts, relative.',
  'AS-125': 'Application_type: infer/replace when loopback or private-use URIs are used.',
  'AS-126': 'Mixed sets (Cursor: custom scheme + https + loopback) accepted.',
  'AS-127': 'Public client gets no secret; confidential gets one.',
  'AS-128':
    'software_statement: unsupported → reject or ignore, documented; if accepted validate issuer and signature.',
  'AS-131':
    'Bounds: ≤ 10 redirect_uris, ≤ 2 KiB each, names ≤ 200 chars, no control/bidi characters; unused fetch triggers (sector_identifier_uri, jwks_uri for public clients) refused.',
  'AS-132':
    'Read/update/delete with RAT; PUT replaces all; must contain client_id and no managed fields; DELETE 204 and tokens/grants of the client end.',
  'AS-133': 'RAT of another client → 401 and no data; unknown client → 401 (not 404).',
  'AS-134': 'Deleted/expired client’s codes, RTs, ATs stop.',
  'AS-136': 'Accept https-URL client_ids and fetch the document.',
  'AS-137':
    'URL syntax: https, path present, no ./.. segments, no fragment, no userinfo; query SHOULD NOT; port MAY.',
  'AS-138': 'Only 200 is success; redirects not followed.',
  'AS-139': 'Document client_id equals the URL by string comparison.',
  'AS-140': 'JSON object with client_id, client_name, redirect_uris.',
  'AS-141': 'Content type application/json or +json.',
  'AS-142': 'No shared secrets: client_secret_* methods and client_secret forbidden.',
  'AS-143': 'Missing token_endpoint_auth_method treated as none.',
  'AS-145': 'private_key_jwt clients must authenticate at TK with doc’s jwks/jwks_uri.',
  'AS-146': 'Redirect URI registered in the doc, exact match (+ loopback port rule).',
  'AS-147':
    'SSRF: no special-use IPs for the document and for URLs inside (logo, jwks) — except dev loopback when AS itself is on loopback.',
  'AS-148': 'Response size limited (5 KB recommended) and time limited.',
  'AS-149': 'Cache per HTTP headers with own min/max; errors and invalid documents not cached.',
  'AS-150': 'Fetch failure → abort with a page; never redirect.',
  'AS-153': 'Show client_id host; prefetch logo rather than hot-link.',
  'AS-155':
    'POST revoke: RT support MUST; AT SHOULD; 200 also for unknown tokens; client authenticated/identified.',
  'AS-156': 'Token of another client must not be revoked.',
  'AS-157': 'Revoking RT SHOULD end the ATs of the same grant.',
  'AS-158': 'token_type_hint is only a hint; GET not supported.',
  'AS-159': 'Introspection requires authorization of the caller; inactive → {"active":false} only.',
  'AS-160': 'Active answer: scope client_id sub aud iss exp iat token_type.',
  'AS-161': 'RS must be told about audience: introspecting RS gets active only for its own aud.',
  'AS-162': 'Id_token: iss, sub, aud, exp, iat, nonce; RS256 default; at_hash where required.',
  'AS-163': 'UserInfo: Bearer in header, sub equals id_token sub.',
  'AS-164': 'RP-initiated logout: confirm with user, post_logout_redirect_uri exact.',
  'AS-165': 'Session cookie: HttpOnly, Secure, SameSite=Lax, rotated at login, unguessable.',
  'AS-168':
    'Dev helpers never reachable in staging (auto-login, devInteractions, open registration, loopback CIMD).',
  'AS-169': 'Audit log of register, login, consent, token, revoke, IAT use — without secrets.',
})
