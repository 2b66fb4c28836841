import type { Resource } from '@modelcontextprotocol/server'
import { describe, expect, it } from 'vitest'
import { pageOfResources } from './server-part.ts'

const resourcesOf = (count: number, prefix = 'test://') =>
  Array.from({ length: count }, (_, index): Resource => {
    const name = String(index).padStart(4, '0')
    return { uri: `${prefix}${name}`, name }
  })

function readAll(resources: readonly Resource[]) {
  const uris: string[] = []
  let cursor: string | undefined
  do {
    const page = pageOfResources(resources, cursor)
    uris.push(...page.resources.map(({ uri }) => uri))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return uris
}

describe('the pages of a list of resources', () => {
  it.each([0, 1, 99, 100, 101, 250])('hold each of %d once, by URI', (count) => {
    const resources = resourcesOf(count)
    expect(readAll(resources.toReversed())).toEqual(resources.map(({ uri }) => uri))
  })

  it('neither repeat nor hide a resource when others come and go between them', () => {
    const before = resourcesOf(150)
    const { resources, nextCursor } = pageOfResources(before, undefined)
    const after = [...before.slice(10, 99), ...before.slice(100), ...resourcesOf(5, 'a://')]
    const next = pageOfResources(after, nextCursor)
    const seen = [...resources, ...next.resources].map(({ uri }) => uri)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(before.map(({ uri }) => uri))
    expect(next.nextCursor).toBeUndefined()
  })

  it.each(['', 'nonsense', Buffer.from('7').toString('base64url')])(
    'are not to be had for the cursor %j',
    (cursor) => {
      expect(() => pageOfResources(resourcesOf(3), cursor)).toThrow('belongs to no list')
    },
  )
})
