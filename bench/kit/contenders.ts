import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a test starts in its own process. */
export interface Contender {
  readonly name: string
  /** Absent where it is not there to be measured. */
  readonly isThere?: boolean
  /** Loads it: what comes before the first start in a process. */
  load(): Promise<Starter>
}

export type Starter = () => Promise<Running>

export interface Running {
  /** Answers 200 as soon as it does its work. */
  readonly discovery: string
  /** As after its start; undefined where there is nothing but starting another. */
  readonly reset: (() => Promise<unknown>) | undefined
  stop(): Promise<unknown>
}

interface Kit {
  startStack(): Promise<{ issuer: string; reset(): Promise<void>; stop(): Promise<void> }>
}

const kitFrom = (name: string, module: string): Contender => ({
  name,
  isThere: existsSync(new URL(module, import.meta.url)),
  async load() {
    const { startStack } = (await import(module)) as Kit
    return async () => {
      const stack = await startStack()
      return {
        discovery: `${stack.issuer}/.well-known/oauth-authorization-server`,
        reset: () => stack.reset(),
        stop: () => stack.stop(),
      }
    }
  },
})

export const contenders: readonly Contender[] = [
  kitFrom(
    '@neonpanel/testing-kit as published',
    '../../packages/testing-kit/build/dist/testing-kit.js',
  ),
  kitFrom('@neonpanel/testing-kit from source', '../../packages/testing-kit/src/testing-kit.ts'),
  {
    name: 'oauth2-mock-server (one endpoint set, no login)',
    async load() {
      const { OAuth2Server } = await import('oauth2-mock-server')
      return async () => {
        const server = new OAuth2Server()
        await server.issuer.keys.generate('ES256')
        await server.start(0, '127.0.0.1')
        return {
          discovery: `${server.issuer.url}/.well-known/openid-configuration`,
          reset: undefined,
          stop: () => server.stop(),
        }
      }
    },
  },
  {
    name: 'oidc-provider (bare library, development keys)',
    async load() {
      const { Provider } = await import('oidc-provider')
      return async () => {
        const server = createServer()
        server.listen(0, '127.0.0.1')
        await once(server, 'listening')
        const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        const clients = [
          { client_id: 'client', client_secret: 'secret', redirect_uris: [`${issuer}/callback`] },
        ]
        server.on('request', new Provider(issuer, { clients }).callback())
        return {
          discovery: `${issuer}/.well-known/openid-configuration`,
          reset: undefined,
          async stop() {
            server.close()
            server.closeAllConnections()
            await once(server, 'close')
          },
        }
      }
    },
  },
]
