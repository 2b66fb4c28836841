import type Koa from 'koa'

/**
 * Answers a JSON document that anybody may read, from any origin: GET and HEAD give it, OPTIONS is the browser's
 * preflight, every other method is 405.
 */
export async function answerPublicDocument(
  ctx: Koa.Context,
  { maxAgeSeconds, document }: { maxAgeSeconds: number; document: () => string | Promise<string> },
): Promise<void> {
  allowAnyOrigin(ctx)
  if (ctx.method === 'OPTIONS') return answerPreflight(ctx, 'GET, HEAD, OPTIONS')
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
    return answerMethodNotAllowed(ctx, 'GET, HEAD, OPTIONS')
  }
  const body = await document()
  ctx.set('Cache-Control', `public, max-age=${maxAgeSeconds}`)
  ctx.type = 'application/json; charset=utf-8'
  ctx.body = body
}

/** Nothing here depends on cookies, so that every origin may read the answer (Fetch standard, CORS protocol). */
export function allowAnyOrigin(ctx: Koa.Context) {
  ctx.set('Access-Control-Allow-Origin', '*')
}

export function answerPreflight(ctx: Koa.Context, methods: string) {
  ctx.set('Access-Control-Allow-Methods', methods)
  const asked = ctx.get('Access-Control-Request-Headers')
  if (asked) ctx.set('Access-Control-Allow-Headers', asked)
  ctx.set('Access-Control-Max-Age', '7200')
  ctx.vary('Access-Control-Request-Headers')
  ctx.status = 204
}

export function answerMethodNotAllowed(ctx: Koa.Context, allow: string) {
  ctx.status = 405
  ctx.set('Allow', allow)
  ctx.body = {
    error: 'method_not_allowed',
    error_description: `This URL answers ${allow}.`,
  }
}
