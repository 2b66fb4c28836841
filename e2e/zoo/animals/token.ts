import { rfc, thread } from '@neonpanel/doctor/catalogue/sources'
import type { FaultEffect } from '@neonpanel/testing-kit/admin/faults'
import type { Animal, Defect } from '../animal.ts'
import { instead, json, signed } from '../distortions.ts'
import { mcp } from '../sources.ts'
import { bearerOf, headOf, trusting } from '../trusting.ts'

const issued = (issued_token: NonNullable<FaultEffect['issued_token']>): Defect => ({
  fault: { where: { endpoint: 'token' }, what: { issued_token } },
})

/** Servers that issue tokens which are no good, refuse good ones, or take what nobody issued. */
export const untrustworthy: readonly Animal[] = [
  {
    id: 'token-without-type',
    title: 'The token response has no token_type, so clients throw the token away',
    source: thread('anthropics/claude-ai-mcp', 968),
    defect: { preset: 'token-type-missing' },
    named: 'token_type_not_bearer',
  },
  {
    id: 'token-for-another-resource',
    title: 'The token is for another resource than the one that was asked for',
    source: rfc(8707, '2'),
    defect: issued({ claims: { aud: 'https://elsewhere.invalid/mcp' } }),
    named: 'token_audience_wrong',
  },
  {
    id: 'token-without-audience',
    title: 'The resource parameter is not heard: the token is for nobody',
    source: rfc(9068, '2.2'),
    defect: issued({ claims: { aud: null } }),
    named: 'token_audience_missing',
  },
  {
    id: 'token-of-another-issuer',
    title: 'iss of the token is the name that the issuer has inside',
    source: rfc(9068, '4'),
    defect: issued({ claims: { iss: 'http://auth.invalid:8080' } }),
    named: 'token_issuer_mismatch',
  },
  {
    id: 'token-of-unknown-key',
    title: 'A cache keeps the keys from before a rotation',
    source: rfc(7517, '4.5'),
    defect: issued({ header: { kid: 'of-yesterday' } }),
    named: 'token_key_unknown',
  },
  {
    id: 'token-of-foreign-key',
    title: 'The published key has the right id and is another one',
    source: rfc(9068, '4'),
    defect: issued({ key: 'rogue' }),
    named: 'token_signature_wrong',
  },
  {
    id: 'token-unsigned',
    title: 'The authorization server issues tokens with alg none',
    source: rfc(8725, '3.2'),
    defect: issued({ key: 'none', header: { alg: 'none' } }),
    named: 'token_unsigned',
  },
  {
    id: 'keys-not-there',
    title: 'jwks_uri answers 503 for as long as anybody looks',
    source: thread('getsentry/junior', 838),
    defect: { preset: 'jwks-outage' },
    named: 'token_keys_unavailable',
  },
  {
    id: 'token-expired-at-once',
    title: 'The token has expired when it is issued: one clock is hours behind',
    source: rfc(7519, '4.1.4'),
    defect: issued({ ttl_seconds: -3600 }),
    named: 'token_expired',
  },
  {
    id: 'token-of-tomorrow',
    title: 'The token is not valid yet: one clock is hours ahead',
    source: rfc(7519, '4.1.5'),
    defect: issued({ claims: { nbf: Math.floor(Date.now() / 1000) + 7200 } }),
    named: 'token_not_yet_valid',
  },
  {
    id: 'token-refused',
    title: 'The server refuses the tokens of its own authorization server',
    source: thread('sigbit/mcp-auth-proxy', 123),
    defect: {
      distortion: instead(
        signed,
        json(
          401,
          { error: 'invalid_token' },
          { 'www-authenticate': 'Bearer error="invalid_token"' },
        ),
      ),
    },
    named: 'token_refused',
  },
  {
    id: 'token-fails',
    title: 'With a good token the server fails: 500',
    source: mcp('2025-11-25', 'basic/authorization#token-handling'),
    defect: {
      distortion: instead(
        (passing) => signed(passing) && headOf(bearerOf(passing) ?? '').alg === 'ES256',
        json(500, { error: 'Cannot read properties of undefined' }),
      ),
    },
    named: 'token_breaks_server',
  },
  {
    id: 'altered-token-accepted',
    title: 'The signature of a token is not looked at',
    source: mcp('2025-11-25', 'basic/authorization#token-handling'),
    defect: { distortion: trusting(({ token }) => headOf(token ?? '').alg === 'ES256') },
    named: 'altered_token_accepted',
  },
  {
    id: 'unsigned-token-accepted',
    title: 'A token that says alg none is accepted',
    source: rfc(8725, '3.1'),
    defect: { distortion: trusting(({ token }) => headOf(token ?? '').alg === 'none') },
    named: 'unsigned_token_accepted',
  },
  {
    id: 'query-token-accepted',
    title: 'A token in the URL is accepted',
    source: mcp('2025-11-25', 'basic/authorization#token-requirements'),
    defect: {
      distortion: trusting(({ inQuery, good }) => inQuery === good),
    },
    named: 'query_token_accepted',
  },
]
