import type { Middleware } from 'koa'
import { routes } from '../provider/configuration.ts'

/**
 * Lets web applications register from any origin: what protects registration is the token in the header, and browsers send
 * none by themselves.
 */
export const registrationCors: Middleware = async function registrationCors(ctx, next) {
  if (!ctx.path.startsWith(routes.registration)) return next()
  ctx.vary('Origin')
  ctx.set('Access-Control-Allow-Origin', '*')
  if (ctx.method !== 'OPTIONS') {
    ctx.set('Access-Control-Expose-Headers', 'WWW-Authenticate')
    return next()
  }
  ctx.set('Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE')
  ctx.set('Access-Control-Allow-Headers', 'Authorization, Content-Type')
  ctx.set('Access-Control-Max-Age', '3600')
  ctx.status = 204
}
