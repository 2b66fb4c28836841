import { sentencesOf } from './requirement.ts'

/** Sentences of RFCs that have no row of their own in the matrix. */
export const rfcs = {
  ...sentencesOf('RFC 6749', '4.1.2', {
    'rfc6749-4.1.2-single-use': 'The client MUST NOT use the authorization code more than once.',
  }),
  ...sentencesOf('RFC 6749', '4.1.2.1', {
    'rfc6749-4.1.2.1-error-uri':
      'An error that is sent to the client may have error_uri, a page with information about it.',
  }),
  ...sentencesOf('RFC 6749', '5.2', {
    'rfc6749-5.2-error-uri':
      'An error of an endpoint may have error_uri, a page with information about it.',
  }),
  ...sentencesOf('RFC 7636', '4.4.1', {
    'rfc7636-4.4.1':
      'If the server requires PKCE and the client does not send the code challenge, it MUST answer invalid_request.',
  }),
  ...sentencesOf('RFC 8252', '7.3', {
    'rfc8252-7.3':
      'The authorization server MUST allow any port to be specified at the time of the request for loopback redirect URIs.',
  }),
  ...sentencesOf('RFC 8628', '3', {
    'rfc8628-3.2': 'The answer holds device_code, user_code, verification_uri and expires_in.',
    'rfc8628-3.5':
      'Polling is answered with authorization_pending, slow_down, access_denied or expired_token.',
  }),
  ...sentencesOf('RFC 9126', '2.2', {
    'rfc9126-2.2':
      'A pushed request is validated as an authorization request and answered with 201, request_uri and expires_in.',
  }),
  ...sentencesOf('RFC 9449', '4.3', {
    'rfc9449-4.3':
      'The receiving server MUST ensure that a proof is one well-formed JWT, signed by its own public key, for this method, URL, time and token.',
  }),
  ...sentencesOf('RFC 9449', '5', {
    'rfc9449-5':
      'Access tokens are bound to the key of the proof, with token_type DPoP; a refresh token of a public client MUST be bound as well.',
    'rfc9449-5.1':
      'dpop_signing_alg_values_supported lists the algorithms that the server supports for proofs.',
  }),
  ...sentencesOf('RFC 9449', '6', {
    'rfc9449-6.1': 'A bound JWT access token has cnf with jkt, the thumbprint of the key.',
    'rfc9449-6.2': 'Introspection of a bound token answers cnf with jkt, and token_type DPoP.',
  }),
  ...sentencesOf('RFC 9449', '7', {
    'rfc9449-7.1':
      'A bound token is only accepted in scheme DPoP with a proof for this method, URL, token and key; what is refused is challenged in that scheme.',
    'rfc9449-7.2': 'A bound token presented as a bearer token MUST be refused.',
  }),
  ...sentencesOf('RFC 9449', '8', {
    'rfc9449-8':
      'A server that wants a nonce answers use_dpop_nonce and supplies one in DPoP-Nonce.',
  }),
  ...sentencesOf('RFC 9449', '10', {
    'rfc9449-10':
      'A code that was asked for with dpop_jkt MUST NOT be redeemed without a proof of that key.',
    'rfc9449-10.1': 'A pushed request may prove the key instead; the two MUST NOT differ.',
  }),
  ...sentencesOf('RFC 9449', '11.1', {
    'rfc9449-11.1': 'A proof is accepted once within the time that it is valid.',
  }),
  ...sentencesOf('RFC 9700', '3', {
    'attack-fails':
      'An attacker of RFC 9700 section 3 gains nothing: the attack fails, no answer is 5xx or leaks, and the servers live on.',
  }),
}
