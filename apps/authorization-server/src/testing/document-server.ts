import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

// Self-signed, for `localhost`, and good for nothing else.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/0vZUQvzWaWuqi6l
y0dNkHKmm07XtBkNn8rP6GwTbdOhRANCAAS9GutveP5FrNbvhEhPlXROn/2KSk8F
uXajcBxH/T6hQeBbo2ISHV/44/DpevwIRnV3POkDmJmLrzf2cDOXAMhT
-----END PRIVATE KEY-----`
/** Of the server; it is its own authority. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUWC8Nn0dfAUD8N+dQ+8YUN+CDtN8wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjE0MDAxN1oYDzIxMjYxMDI5
MTQwMDE3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS9GutveP5FrNbvhEhPlXROn/2KSk8FuXajcBxH/T6hQeBbo2ISHV/4
4/DpevwIRnV3POkDmJmLrzf2cDOXAMhTo2kwZzAdBgNVHQ4EFgQUg8/0tu0/wVua
Xtb7Lsdbe6fPglgwHwYDVR0jBBgwFoAUg8/0tu0/wVuaXtb7Lsdbe6fPglgwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgU9K9Frm1asgcnsQccp69OoMsFqd4EoILWXlvjiCRDVkCIEbe/XSzX4Qd
C/OYJUGZ4x3LxaPYvkDmG9xgXG9tGI1Q
-----END CERTIFICATE-----`

/** What the server answers at a path. */
export interface Served {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
  /** Never answers. */
  readonly hangs?: boolean
}

/** A web server of somebody else, with a certificate that this process trusts from now on. */
export interface DocumentServer extends Disposable {
  readonly origin: string
  readonly served: Map<string, Served>
  /** Paths that were asked for. */
  readonly requests: string[]
}

export async function startDocumentServer(): Promise<DocumentServer> {
  setDefaultCACertificates([...getCACertificates(), certificate])
  const served = new Map<string, Served>()
  const requests: string[] = []
  const server: Server = createServer({ key, cert: certificate }, (request, response) => {
    const path = request.url ?? ''
    requests.push(path)
    const answer = served.get(path)
    if (!answer) return response.writeHead(404).end()
    if (answer.hangs) return
    const headers = { 'content-type': 'application/json', ...answer.headers }
    response.writeHead(answer.status ?? 200, headers).end(JSON.stringify(answer.body))
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    served,
    requests,
    [Symbol.dispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
