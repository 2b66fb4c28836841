import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

// The bare library: no database, no pages, no demo, its own development keys.

const server = createServer()
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const provider = new Provider(issuer, {
  clients: [
    { client_id: 'client', client_secret: 'secret', redirect_uris: [`${issuer}/callback`] },
  ],
})
server.on('request', provider.callback())
console.log(`ready issuer=${issuer}`)
