/** What `Cache-Control` says (RFC 9111 section 5.2.2). */
export interface CacheRule {
  readonly header: string | undefined
  readonly noStore: boolean
  readonly isPublic: boolean
  readonly immutable: boolean
  /** The longer of `max-age` and `s-maxage`, in seconds. */
  readonly seconds: number | undefined
}

export function cacheRule(headers: Headers): CacheRule {
  const header = headers.get('cache-control') ?? undefined
  const directives = new Map(
    (header ?? '').split(',').map((directive) => {
      const [name = '', value = ''] = directive.trim().toLowerCase().split('=')
      return [name, value.replaceAll('"', '')] as const
    }),
  )
  const times = ['max-age', 's-maxage'].flatMap((name) => {
    const seconds = Number.parseInt(directives.get(name) ?? '', 10)
    return Number.isNaN(seconds) ? [] : [seconds]
  })
  return {
    header,
    noStore: directives.has('no-store'),
    isPublic: directives.has('public'),
    immutable: directives.has('immutable'),
    seconds: times.length > 0 ? Math.max(...times) : undefined,
  }
}

/** The header by which a cache says that the answer is its own; undefined when none does. */
export function showsCacheHit(headers: Headers): string | undefined {
  const age = Number(headers.get('age') ?? 0)
  if (age > 0) return `Age: ${age}`
  for (const name of ['cf-cache-status', 'x-cache', 'x-cache-status', 'cache-status']) {
    const value = headers.get(name)
    if (value && /\bhit\b/i.test(value)) return `${name}: ${value}`
  }
  return undefined
}
