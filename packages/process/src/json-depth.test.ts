import { describe, expect, test } from 'vitest'
import { nestsTooDeep } from './json-depth.ts'

describe('nesting of JSON', () => {
  test.each(['', '1', '[[1]]', '{"a":{"b":[]}}', '[[],[],[],[]]', '"[[[["', '{"\\"[[[":[1]}'])(
    'of %j is fine',
    (json) => {
      expect(nestsTooDeep(json, 3)).toBe(false)
    },
  )

  test.each(['[[[[1]]]]', '{"a":{"b":{"c":{}}}}', '[[[[', '{"x":"\\\\","a":[[[1]]]}'])(
    'of %j is too deep',
    (json) => {
      expect(nestsTooDeep(json, 3)).toBe(true)
    },
  )
})
