import { OAuth2Server } from 'oauth2-mock-server'

// The peer as its documentation starts it.

const server = new OAuth2Server()
await server.issuer.keys.generate('ES256')
await server.start(0, '127.0.0.1')
console.log(`ready issuer=${server.issuer.url}`)
