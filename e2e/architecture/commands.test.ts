import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { everyAction } from 'neonpanel/testing/commands'
import { describe, expect, it } from 'vitest'
import { repository } from '../harness/process.ts'

/** Tests that run the real program, its source or what was packed. */
async function testsOfTheProgram(): Promise<string[]> {
  const folders = ['packages/cli/src', 'e2e/cli', 'e2e/packed']
  const patterns = folders.map((folder) => `${folder}/**/*.test.ts`)
  const files = await Array.fromAsync(glob(patterns, { cwd: repository }))
  const texts = files.map((file) => readFileSync(join(repository, file), 'utf8'))
  return texts.filter((text) => /testing\/binary|harness\/command-line/.test(text))
}

const tests = await testsOfTheProgram()

/** Whether a test writes down a command line that begins with these words. */
function isRun(words: readonly string[]): boolean {
  const line = words.map((word) => `'${word}'`).join(',\\s*')
  return tests.some((text) => new RegExp(`[[(]\\s*${line}[,\\s\\])]`).test(text))
}

describe('every command', () => {
  it('is among those that are looked for', () => {
    const commands = everyAction().map((words) => words.join(' '))
    expect(commands).toEqual(
      expect.arrayContaining([
        ...['start', 'migrate', 'seed', 'keys rotate', 'iat create', 'iat list', 'iat revoke'],
        ...['register', 'clients list', 'clients show', 'clients revoke', 'login', 'token'],
        ...['tools list', 'tools call', 'doctor', 'connect', 'completion'],
      ]),
    )
    expect(isRun(['no', 'such', 'command'])).toBe(false)
  })

  it.each(everyAction().map((words) => [words.join(' '), words] as const))(
    '%s has a test through the real program',
    (_, words) => {
      expect(isRun(words)).toBe(true)
    },
  )
})
