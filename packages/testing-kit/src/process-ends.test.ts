import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

test('a process whose stack was disposed of ends by itself', async () => {
  const kit = new URL('testing-kit.ts', import.meta.url).href
  const program = `
    import { startStack } from '${kit}'
    {
      await using stack = await startStack()
      await stack.tokens()
      await stack.mcpClient()
    }
    console.log('disposed')
  `
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    // Killed then, which is an error.
    timeout: 20_000,
  })
  expect(stdout).toBe('disposed\n')
})
