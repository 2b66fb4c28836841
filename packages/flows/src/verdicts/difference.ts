import type { Comparison } from './verdict.ts'

/** The part in which two addresses differ. */
export type DifferingPart =
  | 'scheme'
  | 'loopback'
  | 'host'
  | 'port'
  | 'slash'
  | 'path'
  | 'query'
  | 'fragment'
  | 'spelling'
  | 'whole'

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

export function differingPart(got: string, expected: string): DifferingPart {
  const a = URL.parse(got)
  const b = URL.parse(expected)
  if (!a || !b) return 'whole'
  if (a.protocol !== b.protocol) return 'scheme'
  if (a.hostname !== b.hostname) {
    return loopbackNames.has(a.hostname) && loopbackNames.has(b.hostname) ? 'loopback' : 'host'
  }
  if (a.port !== b.port) return 'port'
  if (a.pathname !== b.pathname) {
    const bare = (path: string) => path.replace(/\/$/, '')
    return bare(a.pathname) === bare(b.pathname) ? 'slash' : 'path'
  }
  if (a.search !== b.search) return 'query'
  if (a.hash !== b.hash) return 'fragment'
  return a.href.length !== got.length || b.href.length !== expected.length ? 'slash' : 'spelling'
}

/** The part in which two values differ, as a sentence of its own; nothing where they are not both known. */
export function difference(compare: Comparison | undefined): string {
  return compare ? ` ${differs[differingPart(compare.got, compare.expected)]}.` : ''
}

/** The address that begins most like another one. */
export function nearest(got: string, known: readonly string[]): string | undefined {
  const alike = (address: string) => {
    const end = [...address].findIndex((character, index) => character !== got[index])
    return end === -1 ? address.length : end
  }
  return known.toSorted((a, b) => alike(b) - alike(a))[0]
}

/** Whether a loopback address differs from a registered one in its port alone (RFC 8252 section 7.3). */
export function isSameButPort(got: string, expected: string): boolean {
  const a = URL.parse(got)
  const b = URL.parse(expected)
  if (!a || !b || !loopbackNames.has(a.hostname)) return false
  a.port = ''
  b.port = ''
  return a.href === b.href
}

/** How a sentence names the part. */
export const differs: Readonly<Record<DifferingPart, string>> = {
  scheme: 'Only the scheme differs',
  loopback: 'One says localhost and the other a loopback address, which are different hosts',
  host: 'The host differs',
  port: 'Only the port differs',
  slash: 'Only a trailing slash differs',
  path: 'The path differs',
  query: 'The query differs',
  fragment: 'The fragment differs',
  spelling: 'Only upper and lower case, or an encoding, differs',
  whole: 'One of them is no complete address',
}
