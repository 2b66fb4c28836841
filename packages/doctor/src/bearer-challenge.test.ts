import { expect, test } from 'vitest'
import { readBearerChallenge } from './bearer-challenge.ts'

test('reads the parts of a challenge', () => {
  const { challenge, fault, schemes } = readBearerChallenge(
    'bearer realm="a, b", resource_metadata="https://mcp.example/x", scope="read write", error=invalid_token',
  )
  expect(challenge).toEqual({
    resourceMetadata: 'https://mcp.example/x',
    scope: ['read', 'write'],
    error: 'invalid_token',
    description: undefined,
  })
  expect([fault, schemes]).toEqual([undefined, ['bearer']])
})

test('finds the Bearer challenge among several', () => {
  const several = readBearerChallenge('Basic realm="x", Bearer scope="read", DPoP algs="ES256"')
  expect(several.schemes).toEqual(['basic', 'bearer', 'dpop'])
  expect(several.challenge?.scope).toEqual(['read'])
  expect(several.fault).toBeUndefined()
  expect(readBearerChallenge('Bearer realm="a", Bearer realm="b"').bearers).toBe(2)
  expect(readBearerChallenge('Bearer').challenge).toBeDefined()
  expect(readBearerChallenge('Basic realm="x"').challenge).toBeUndefined()
  expect(readBearerChallenge('').schemes).toEqual([])
})

test.each([
  [
    'Bearer resource_metadata=https://mcp.example/x',
    'the value of resource_metadata is not in quotes',
  ],
  ['Bearer scope="a", scope="b"', 'scope stands there twice'],
  [
    'Bearer resource_metadata="https://mcp.example/x',
    '“resource_metadata="https://mcp.example/x” is neither a scheme nor name="value"',
  ],
])('%s', (header, fault) => {
  expect(readBearerChallenge(header).fault).toBe(fault)
})
