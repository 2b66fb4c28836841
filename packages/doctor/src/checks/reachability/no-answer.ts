import type { NoAnswer } from '../../ask.ts'
import type { FindingId } from '../../catalogue.ts'
import type { Examination } from '../../examination.ts'

/** What Node.js calls it: its errors of DNS and sockets, and OpenSSL's of certificates. */
const meanings: readonly [codes: RegExp, id: FindingId, expected: string][] = [
  [/^(?:ENOTFOUND|EAI_AGAIN|ENODATA)$/, 'host_unknown', 'an address for the name'],
  [/^ECONNREFUSED$/, 'connection_refused', 'a server that listens'],
  [/^(?:TIMEOUT|ETIMEDOUT|UND_ERR_\w*TIMEOUT)$/, 'answer_timeout', 'an answer within 10 s'],
  [
    /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/,
    'certificate_expired',
    'a certificate that is valid now',
  ],
  [
    /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|CERT_UNTRUSTED)$/,
    'certificate_self_signed',
    'a certificate of an authority that clients trust',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'certificate_of_other_name',
    'a certificate for the host of the URL',
  ],
  [
    /^UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(?:_LOCALLY)?)$/,
    'certificate_chain_incomplete',
    'the certificate with its intermediate certificates',
  ],
  [/^(?:EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/, 'tls_failed', 'TLS 1.2 or 1.3'],
]

/** Says in plain words why no answer came. */
export function tellNoAnswer({ mcpUrl, found }: Examination, { code, exchange }: NoAnswer): void {
  const [, id, expected] = meanings.find(([codes]) => codes.test(code)) ?? [
    undefined,
    'no_answer' as const,
    'an answer',
  ]
  const got = `${exchange.failure} (${code})`
  found(id, { where: mcpUrl, got, expected, exchanges: [exchange] })
}
