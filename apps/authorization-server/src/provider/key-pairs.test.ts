import { expect, test } from 'vitest'
import { makeKeyPairsAhead, newKeyPairs } from './key-pairs.ts'

const moduli = async () => {
  const taken = await Promise.all([newKeyPairs(), newKeyPairs(), newKeyPairs()])
  return taken.map(({ RS256 }) => RS256.publicKey.export({ format: 'jwk' }).n)
}

test('nobody gets the key pairs of another, made ahead or not', async () => {
  const asked = await moduli()
  makeKeyPairsAhead()
  makeKeyPairsAhead()
  const ahead = await moduli()
  expect(new Set([...asked, ...ahead]).size).toBe(6)
})

test('there is one for each algorithm', async () => {
  const { ES256, RS256 } = await newKeyPairs()
  expect(ES256.privateKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  expect(RS256.privateKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 })
})
