import { sentencesOf } from './requirement.ts'

/** Sentences of RFCs that have no row of their own in the matrix. */
export const rfcs = {
  ...sentencesOf('RFC 6749', '4.1.2', {
    'rfc6749-4.1.2-single-use': 'The client MUST NOT use the authorization code more than once.',
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
  ...sentencesOf('RFC 9449', '5–11', {
    'rfc9449-5': 'A refresh token of a public client is bound to the key of its proof.',
    'rfc9449-6.1': 'A bound JWT access token has cnf with jkt, the thumbprint of the key.',
    'rfc9449-7.1':
      'A bound token is only accepted with a proof for this method, URL, token and key.',
    'rfc9449-11.1': 'A proof is accepted once within the time that it is valid.',
  }),
  ...sentencesOf('RFC 9126', '2.2', {
    'rfc9126-2.2':
      'A pushed request is validated as an authorization request and answered with 201, request_uri and expires_in.',
  }),
}
