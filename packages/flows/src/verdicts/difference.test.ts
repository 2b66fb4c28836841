import { expect, test } from 'vitest'
import { differingPart, differs, isSameButPort, nearest } from './difference.ts'

test.each([
  ['http://a.example/cb', 'https://a.example/cb', 'scheme'],
  ['http://localhost/cb', 'http://127.0.0.1/cb', 'loopback'],
  ['http://[::1]/cb', 'http://localhost/cb', 'loopback'],
  ['https://a.example/cb', 'https://b.example/cb', 'host'],
  ['https://a.example:1/cb', 'https://a.example/cb', 'port'],
  ['https://a.example/cb/', 'https://a.example/cb', 'slash'],
  ['https://a.example', 'https://a.example/', 'slash'],
  ['https://a.example/cb', 'https://a.example/callback', 'path'],
  ['https://a.example/cb?x=1', 'https://a.example/cb', 'query'],
  ['https://a.example/cb#x', 'https://a.example/cb', 'fragment'],
  ['https://A.example/cb', 'https://a.example/cb', 'spelling'],
  ['cb', 'https://a.example/cb', 'whole'],
] as const)('%s and %s differ in the %s', (got, expected, part) => {
  expect(differingPart(got, expected)).toBe(part)
  expect(differs[part]).not.toBe('')
})

test('only a loopback address may have another port', () => {
  expect(isSameButPort('http://127.0.0.1:1/cb', 'http://127.0.0.1/cb')).toBe(true)
  expect(isSameButPort('http://127.0.0.1:1/cb', 'http://127.0.0.1/other')).toBe(false)
  expect(isSameButPort('https://a.example:1/cb', 'https://a.example/cb')).toBe(false)
})

test('the nearest address is the one that begins most alike', () => {
  const known = ['https://a.example/cb', 'https://b.example/cb']
  expect(nearest('https://b.example/cb/', known)).toBe('https://b.example/cb')
  expect(nearest('https://b.example/cb/', [])).toBeUndefined()
})
