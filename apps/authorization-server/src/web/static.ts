import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Middleware } from 'koa'

const names = ['neonpanel.css', 'favicon.svg', 'live.js'] as const

const files = new Map(
  names.map((name) => {
    const content = readFileSync(new URL(`../public/${name}`, import.meta.url))
    const version = createHash('sha256').update(content).digest('base64url').slice(0, 12)
    return [`/${name}` as string, { content, version, compressed: undefined as Buffer | undefined }]
  }),
)

/** The address of a public file; it changes with the content, so that browsers may keep the answer for ever. */
export function staticHref(path: `/${(typeof names)[number]}`): string {
  return `${path}?v=${files.get(path)!.version}`
}

/** Serves the stylesheet, the favicon and the one script, and nothing else. */
export const staticFiles: Middleware = async function staticFiles(ctx, next) {
  const file = files.get(ctx.path)
  if (!file || !(ctx.method === 'GET' || ctx.method === 'HEAD')) return next()
  const pinned = ctx.query.v === file.version
  ctx.set('Cache-Control', pinned ? 'public, max-age=31536000, immutable' : 'no-cache')
  ctx.vary('Accept-Encoding')
  ctx.type = extname(ctx.path)
  ctx.etag = file.version
  ctx.status = 200
  if (ctx.fresh) {
    ctx.status = 304
    return
  }
  if (ctx.acceptsEncodings('gzip', 'identity') === 'gzip') {
    ctx.set('Content-Encoding', 'gzip')
    file.compressed ??= gzipSync(file.content)
    ctx.body = file.compressed
    return
  }
  ctx.body = file.content
}
