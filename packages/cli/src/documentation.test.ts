import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { createProgram } from './program.ts'
import { recordingTerminal } from './testing/recording-terminal.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const program = createProgram(recordingTerminal())

/** Command lines in code, up to a comment, a pipe or the end of a substitution. */
const commandLine = /(?:npx|\$|<\(|\$\() neonpanel ([^\n`#|]*)|\(neonpanel ([^\n`#|]*)/g

async function documents(): Promise<string[]> {
  const found = await Array.fromAsync(glob('docs/**/*.md', { cwd: repository }))
  return ['README.md', 'packages/cli/README.md', ...found.sort()].filter((file) =>
    /neonpanel (?:[a-z]+|<command>)/.test(readFileSync(`${repository}${file}`, 'utf8')),
  )
}

/** What a document says that the program does not know: a command or an option. */
function unknownIn(text: string): string[] {
  return Array.from(text.matchAll(commandLine), ([, one, other]) => one ?? other ?? '').flatMap(
    (line) => {
      const { command, rest } = find(line.split(/[\s)]+/).filter(Boolean))
      if (command === program && rest[0] && /^[a-z]/.test(rest[0])) return [line]
      return rest.filter((word) => /^--[a-z]/.test(word) && !takes(command, word))
    },
  )
}

function find(words: string[]): { command: Command; rest: string[] } {
  let command = program
  const rest = [...words]
  for (;;) {
    const sub = command.commands.find((one) => one.name() === rest[0])
    if (sub === undefined) return { command, rest }
    command = sub
    rest.shift()
  }
}

/** Arguments of tools are options that no command knows. */
function takes(command: Command, word: string): boolean {
  const name = word.replace(/=.*/, '')
  if (command.name() === 'call' || name === '--help') return true
  return [program, command].some(({ options }) => options.some(({ long }) => long === name))
}

const files = await documents()

describe('command lines in the documentation', () => {
  it('that are wrong are found', () => {
    expect(unknownIn('`npx neonpanel regster`')).toEqual(['regster'])
    expect(unknownIn('$ npx neonpanel iat create --tll 5')).toEqual(['--tll'])
    expect(unknownIn('"$(neonpanel token --json)" and npx neonpanel iat list')).toEqual([])
  })

  it.each(files)('%s names commands and options that there are', (file) => {
    expect(unknownIn(readFileSync(`${repository}${file}`, 'utf8'))).toEqual([])
  })
})
