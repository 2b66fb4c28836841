import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { listSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'
import { ApiRefusal, notFound } from './refusal.ts'

const hostSchema = z
  .strictObject({
    host: z
      .string()
      .max(253)
      .regex(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/, {
        error: 'must be a host name with a dot, in lower case',
      })
      .refine((host) => isIP(host) === 0, { error: 'must be a name' })
      .describe('As it stands in the URLs of documents'),
    origin: z
      .string()
      .refine(isLoopbackOrigin, { error: 'must be an https origin at a loopback address' })
      .describe('Where it is served instead'),
    ca: z
      .string()
      .max(65_536)
      .refine(isCertificate, { error: 'must be certificates in PEM' })
      .describe('The authority of its certificate'),
  })
  .meta({ id: 'ClientMetadataHost' })

/**
 * Hosts of client metadata documents that are served on this machine in place of the internet, so that tests need none.
 * Only where both servers are on this machine: elsewhere documents come from the internet, and from nowhere else.
 */
export function clientMetadataHostOperations({ documentHosts }: ServerContext): Operation[] {
  const tag = 'Test controls'
  const hosts = () => {
    if (documentHosts) return documentHosts
    const description = 'Documents come from elsewhere only while the issuer is a loopback address.'
    throw new ApiRefusal(403, 'not_on_loopback', description)
  }
  const refusals = { 403: 'The issuer is not a loopback address' }
  return [
    operation({
      id: 'listClientMetadataHosts',
      method: 'get',
      path: '/client-metadata-hosts',
      tag,
      summary: 'Hosts of client metadata documents that are served on this machine',
      refusals,
      answer: listSchema(hostSchema),
      run: () => ({ items: hosts().list(), next_cursor: null }),
    }),
    operation({
      id: 'addClientMetadataHost',
      method: 'post',
      path: '/client-metadata-hosts',
      tag,
      summary: 'Fetch the client metadata documents of a host from this machine',
      status: 201,
      refusals,
      body: hostSchema,
      answer: hostSchema,
      run({ body }) {
        hosts().add(body)
        return body
      },
    }),
    operation({
      id: 'removeClientMetadataHost',
      method: 'delete',
      path: '/client-metadata-hosts/:host',
      tag,
      summary: 'Fetch the documents of a host from the internet again',
      refusals,
      run({ params }) {
        if (!hosts().remove(params.host)) throw notFound('host')
      },
    }),
  ]
}

function isLoopbackOrigin(text: string): boolean {
  if (!isLoopbackUrl(text)) return false
  const { protocol, origin } = new URL(text)
  return protocol === 'https:' && origin === text
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca
  } catch {
    return false
  }
}
