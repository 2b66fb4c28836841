import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { personas } from '../catalogue.ts'
import type { ClientKey } from '../engine/registration.ts'
import { certificateFor } from './certificate.ts'
import { documentHostNames, oddDocuments, personaDocument, type Served } from './documents.ts'

/** One name of the host, as `POST /console/api/client-metadata-hosts` takes it. */
export interface DocumentHostMapping {
  readonly host: string
  readonly origin: string
  readonly ca: string
}

/** An https server on this machine that stands in for the hosts of client metadata documents. */
export interface DocumentHost extends AsyncDisposable {
  /** Where it listens. */
  readonly origin: string
  /** For each of its names, where it is and which authority to believe. */
  readonly mappings: readonly DocumentHostMapping[]
  /** The key that the key sets of the documents publish: clients sign with it (`private_key_jwt`). */
  readonly key: ClientKey
  /** URLs that were asked for. */
  readonly requests: readonly string[]
  /** Answers at a URL under one of its names, in place of what it has there. */
  serve(url: string, served: Served): void
}

/** Serves the personas' documents and key sets, and the odd ones, under a certificate made for its names. */
export async function startDocumentHost(): Promise<DocumentHost> {
  const names = documentHostNames()
  const [certificate, pair] = await Promise.all([
    certificateFor(names),
    generateKeyPair('RS256', { modulusLength: 2048, extractable: true }),
  ])
  const kid = 'persona'
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid, use: 'sig', alg: 'RS256' }]
  const added = new Map<string, Served>(
    [...keySetUrls()].map((url) => [url, { body: { keys } }] as const),
  )
  for (const { url, served } of Object.values(oddDocuments)) added.set(url, served)
  const requests: string[] = []
  const server = createServer(certificate, (request, response) => {
    const url = `https://${request.headers.host?.split(':')[0]}${request.url}`
    requests.push(url)
    const served = added.get(url) ?? personaDocument(url)
    if (!served) return response.writeHead(404).end()
    if (served.hangs) return
    const headers = { 'content-type': 'application/json', 'cache-control': 'max-age=60' }
    const body = typeof served.body === 'string' ? served.body : JSON.stringify(served.body)
    response.writeHead(served.status ?? 200, { ...headers, ...served.headers }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    mappings: names.map((host) => ({ host, origin, ca: certificate.cert })),
    key: { kid, privateKey: pair.privateKey },
    requests,
    serve: (url, served) => added.set(url, served),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function keySetUrls(): Set<string> {
  const urls = Object.values(personas).map(
    ({ registration }) => registration.document?.metadata.jwks_uri,
  )
  return new Set(urls.filter((url) => typeof url === 'string'))
}
