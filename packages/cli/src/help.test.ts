import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { runBinary } from './testing/binary.ts'
import { everyCommandLine } from './testing/commands.ts'

describe('--help of each command', () => {
  it.each(everyCommandLine().map((words) => [words.join(' '), words] as const))(
    'neonpanel %s fits a screen of 80 x 24 and shows an example',
    async (_, words) => {
      const { code, out, err } = await runBinary([...words, '--help'])
      expect({ code, err }).toEqual({ code: 0, err: '' })
      const lines = out.split('\n')
      expect(lines.length, out).toBeLessThanOrEqual(24)
      for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(80)
      expect(out).toMatch(/^Examples?\b[^:]*:(?:\n {2}\$ | npx neonpanel )/m)
      if (words.length > 0) expect(lines[2], 'its description').toMatch(/^\S.{9,}/)
    },
  )

  it('is the same with `help` before the command', async () => {
    const [before, after] = await Promise.all([
      runBinary(['help', 'register']),
      runBinary(['register', '--help']),
    ])
    expect(before).toEqual(after)
  })
})
