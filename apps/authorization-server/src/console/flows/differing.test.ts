import { expect, test } from 'vitest'
import { differing, marked } from './differing.ts'

const cuts = (got: string, expected: string) =>
  differing(got, expected).map(({ before, differs, after }) => [before, differs, after])

test.each([
  [
    'the host',
    'http://localhost:52731/callback',
    'http://127.0.0.1:52731/callback',
    [
      ['http://', 'localhost', ':52731/callback'],
      ['http://', '127.0.0.1', ':52731/callback'],
    ],
  ],
  [
    'a whole port, though it begins and ends alike',
    'http://127.0.0.1:4411/cb',
    'http://127.0.0.1:4421/cb',
    [
      ['http://127.0.0.1:', '4411', '/cb'],
      ['http://127.0.0.1:', '4421', '/cb'],
    ],
  ],
  [
    'a trailing slash, which the other lacks',
    'https://a.test/mcp/',
    'https://a.test/mcp',
    [
      ['https://a.test/mcp', '/', ''],
      ['https://a.test/mcp', '', ''],
    ],
  ],
  [
    'the scheme',
    'https://a.test/',
    'http://a.test/',
    [
      ['', 'https', '://a.test/'],
      ['', 'http', '://a.test/'],
    ],
  ],
  [
    'everything',
    'none',
    'S256',
    [
      ['', 'none', ''],
      ['', 'S256', ''],
    ],
  ],
  [
    'a part that is there twice',
    '/a/a',
    '/a',
    [
      ['/a', '/a', ''],
      ['/a', '', ''],
    ],
  ],
])('cuts out %s', (_, got, expected, parts) => {
  expect(cuts(got, expected)).toEqual(parts)
})

test('marks what differs, escaped, and nothing where nothing does', () => {
  const [wrong, right] = differing('a/<b>', 'a/c')
  expect(marked(wrong).markup).toBe('a/<mark>&lt;b&gt;</mark>')
  expect(marked(right, true).markup).toBe('a/<mark data-tone="ok">c</mark>')
  expect(marked(differing('same', 'same')[0]).markup).toBe('same')
})
