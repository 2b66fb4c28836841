import type { Middleware } from 'koa'
import { routes } from '../provider/configuration.ts'

/** One address of the authorization server that programs call. */
export interface Endpoint {
  readonly methods: readonly string[]
  /** Answers JSON whatever `Accept` prefers (RFC 6749 section 5.2); the others show pages. */
  readonly isMachine: boolean
}

const page = { isMachine: false }
const machine = { isMachine: true }
const called = { ...machine, methods: ['POST', 'OPTIONS'] }
const read = { ...machine, methods: ['GET', 'HEAD', 'OPTIONS'] }

const exact: Readonly<Record<string, Endpoint>> = {
  [routes.authorization]: { ...page, methods: ['GET', 'HEAD', 'POST'] },
  [routes.end_session]: { ...page, methods: ['GET', 'HEAD', 'POST'] },
  [routes.code_verification]: { ...page, methods: ['GET', 'HEAD', 'POST'] },
  [routes.token]: called,
  [routes.revocation]: called,
  [routes.introspection]: called,
  [routes.pushed_authorization_request]: called,
  [routes.device_authorization]: called,
  [routes.userinfo]: { ...machine, methods: ['GET', 'HEAD', 'POST', 'OPTIONS'] },
  [routes.jwks]: read,
  '/.well-known/openid-configuration': read,
  '/.well-known/oauth-authorization-server': read,
}

const registration: Readonly<Record<string, Endpoint>> = {
  [routes.registration]: called,
}

const managedClient: Endpoint = {
  ...machine,
  methods: ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'],
}

/** The endpoint at a path; undefined where the path is a page of ours or nothing. */
export function endpointAt(
  path: string,
  { hasRegistration }: { hasRegistration: boolean },
): Endpoint | undefined {
  if (Object.hasOwn(exact, path)) return exact[path]
  if (!hasRegistration || !path.startsWith(routes.registration)) return undefined
  if (Object.hasOwn(registration, path)) return registration[path]
  return /^\/[^/]+$/.test(path.slice(routes.registration.length)) ? managedClient : undefined
}

/**
 * What the provider leaves open at its endpoints: 405 with `Allow` for a wrong method (it says 404), JSON errors to programs
 * that prefer HTML, and no answer to a call is stored.
 */
export function guardEndpoints(options: { hasRegistration: boolean }): Middleware {
  return async function guardEndpoint(ctx, next) {
    const endpoint = endpointAt(ctx.path, options)
    if (!endpoint) return next()
    ctx.state.route = endpoint === managedClient ? `${routes.registration}/:client_id` : ctx.path
    if (!endpoint.methods.includes(ctx.method)) {
      ctx.set('Allow', endpoint.methods.join(', '))
      ctx.status = 405
      ctx.body = {
        error: 'invalid_request',
        error_description: `${ctx.path} takes ${endpoint.methods.join(', ')}`,
      }
      return
    }
    if (endpoint.isMachine) ctx.req.headers.accept = 'application/json'
    if (endpoint === called) ctx.set('Cache-Control', 'no-store')
    await next()
  }
}
