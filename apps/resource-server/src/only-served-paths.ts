import type { McpMiddleware } from './request-state.ts'
import type { ServedResource } from './served-resources.ts'

/** Names the resource that a request is for; every other path is left to the answer 404. */
export function onlyServedPaths(resources: ReadonlyMap<string, ServedResource>): McpMiddleware {
  return async function nameResource(ctx, next) {
    const resource = resources.get(ctx.path)
    if (resource === undefined) return
    ctx.state.resource = resource
    ctx.state.route = resource.path
    await next()
  }
}
