import { generate } from 'selfsigned'

/** A key and certificate for a server with these names; the certificate is its own authority. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Makes a certificate that is good for a day, for nothing but the names it is made for. */
export async function certificateFor(names: readonly string[]): Promise<Certificate> {
  const now = Date.now()
  const { private: key, cert } = await generate(
    [{ name: 'commonName', value: 'NeonPanel test documents' }],
    {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
      notBeforeDate: new Date(now - 86_400_000),
      notAfterDate: new Date(now + 86_400_000),
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) },
      ],
    },
  )
  return { key, cert }
}
