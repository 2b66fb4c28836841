import type { Deviation } from '../row.ts'
import type { AuthorizationServerRowId } from './rows.ts'

/** Rows that are answered otherwise than they ask, or only in part. CONTRACT wins where it differs from a row. */
export const deviations = {
  'AS-04': {
    decision: 'An issuer has no path. ISSUER_URL with one is refused when the server starts.',
    reason:
      'Three well-known addresses that must agree, behind proxies that rewrite paths, are what clients get wrong most. An origin has one address of each kind.',
    source:
      'SPEC-MATRIX GAP-01, which prefers an issuer without a path; CONTRACT 1.1 names the endpoints at the origin.',
  },
  'AS-50': {
    decision: 'On loopback the issuer, and so `iss`, is an http URL. Everywhere else it is https.',
    reason:
      'A server for one machine has no certificate that browsers and clients trust. Off loopback an http issuer is refused when the server starts.',
    source: 'CONTRACT 2.1, ISSUER_URL.',
  },
  'AS-74': {
    decision:
      'A client with a secret may send it by client_secret_basic or client_secret_post, whichever of both it registered.',
    reason:
      'Clients register one method and use the other, and the secret is the same. One method at a time, and none at all, are judged strictly.',
    source: 'SPEC-MATRIX AS-74, accepted deviation.',
  },
  'AS-99': {
    decision:
      'A request without resource, whose scope is openid, profile and email only, gets a token for UserInfo, not for the MCP server.',
    reason:
      'Such a request is a plain OpenID Connect sign-in. A token for the MCP server would open nothing there, and UserInfo would refuse it.',
    source: 'OIDC Core §5.3; CONTRACT 4 holds wherever one of the nine scopes is asked for.',
  },
  'AS-105': {
    decision:
      'Access tokens are signed with ES256, and the resource server accepts nothing else. ID tokens are signed with RS256.',
    reason:
      'One algorithm leaves nothing to confuse. Both servers are one product, and clients treat access tokens as opaque.',
    source: 'CONTRACT 4; SPEC-MATRIX E.4, decision 1.',
  },
  'AS-109': {
    decision: 'DPoP is on and announced.',
    reason: 'The row forbids to announce what the resource server cannot check. It checks proofs.',
    source: 'SPEC-MATRIX E.4, decision 9.',
  },
  'AS-149': {
    decision:
      'A document that could not be fetched, or was not good, is not asked for again within 60 s. Good ones are cached for at least 60 s and at most a day.',
    reason:
      'Nothing of the bad answer is kept or used. Without the pause, anyone could have this server knock at a host of others as often as they send requests.',
    source: 'CIMD draft §6.5 and §6.6; SPEC-MATRIX GAP-28.',
  },
  'AS-151': {
    decision:
      'There is no list of trusted or blocked domains. A client that is known by its document only is shown as unverified; an administrator can end its grants, and can register it by hand, which makes it a known one that can be suspended.',
    reason:
      'Any list would keep out clients that the next person needs. Trust belongs to one client, not to a domain, and consent gives an unverified one nothing that was not ticked.',
    source: 'The row is MAY; CONTRACT 3, consent by trust.',
  },
  'AS-159': {
    decision:
      'Introspection without any client identification is 400 invalid_request; wrong credentials are 401. A public client may ask about its own tokens.',
    reason:
      'oidc-provider distinguishes a request that names no client from one that fails to prove it. Neither answer says anything about the token.',
    source:
      'SPEC-MATRIX AS-159, as observed; RFC 7662 §2.1 leaves the method of authorization open.',
  },
  'AS-161': {
    decision:
      'There is one resource server. It is told about access tokens for the MCP server; other clients are told about their own tokens only.',
    reason: 'A second resource server does not exist, so none can be kept apart from it.',
    source: 'CONTRACT 1: two servers.',
  },
  'AS-167': {
    decision: 'Logout, the device grant and pushed requests are on; backchannel endpoints are not.',
    reason: 'The row forbids what is not tested. Each of these has its tests.',
    source: 'CONTRACT 1.1; SPEC-MATRIX E.4, decision 9.',
  },
} as const satisfies Partial<Record<AuthorizationServerRowId, Deviation>>
