import { describe, expect, it } from 'vitest'
import { matches } from './completion.ts'

const known = [
  { value: 'HG-LIN-1', words: 'Linen napkins, sage' },
  { value: 'HG-MUG-1', words: 'Ceramic mug' },
  { value: 'LIN-2', words: 'Tablecloth of cotton' },
  { value: 'X-1', words: 'Thin blanket' },
]

describe('completion', () => {
  it('is everything, in its order, for nothing typed', () => {
    expect(matches(known, '')).toEqual(known.map(({ value }) => value))
  })

  it('has what begins so first, then words that do, then what has it anywhere', () => {
    expect(matches(known, 'lin')).toEqual(['LIN-2', 'HG-LIN-1'])
    expect(matches(known, 'in')).toEqual(['HG-LIN-1', 'LIN-2', 'X-1'])
  })

  it('has no regard to case and blanks around, and knows each value once', () => {
    expect(matches([...known, ...known], '  CERAMIC m')).toEqual(['HG-MUG-1'])
    expect(matches(known, 'nothing such')).toEqual([])
  })
})
