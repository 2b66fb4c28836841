import { describe, expect, it } from 'vitest'
import { parseDuration } from './duration.ts'

describe('a length of time', () => {
  it.each([
    ['90s', 90_000],
    ['61m', 3_660_000],
    ['2h', 7_200_000],
    ['1.5 hours', 5_400_000],
    ['30 days', 2_592_000_000],
    ['PT61M', 3_660_000],
    ['P1DT2H', 93_600_000],
    ['p1w', 604_800_000],
    ['45', 45_000],
    ['0', 0],
    ['-10m', -600_000],
    [' -PT10S ', -10_000],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds)
  })

  it.each(['', 'soon', '5 parsecs', 'P', 'PT', '1h30m', '--5s', 'P-1D', '1e3s', 'NaN'])(
    'is not %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )
})
