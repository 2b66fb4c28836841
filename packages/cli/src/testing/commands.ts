import type { Command } from 'commander'
import { createProgram } from '../program.ts'
import { recordingTerminal } from './recording-terminal.ts'

const program = createProgram(recordingTerminal())

/** Every command and group of commands as its words, such as `['iat', 'create']`; the top level is `[]`. */
export function everyCommandLine(): string[][] {
  return walk(program)
}

/** Those that do something, which leaves out groups such as `iat`. */
export function everyAction(): string[][] {
  const all = everyCommandLine()
  const isGroup = (words: string[]) =>
    all.some((other) => other.length > words.length && words.every((word, i) => word === other[i]))
  return all.filter((words) => words.length > 0 && !isGroup(words))
}

/** What the program would not know of a command line: its command, or some of its options. */
export function unknownWords(words: readonly string[]): string[] {
  let command = program
  const rest = [...words]
  for (;;) {
    const sub = command.commands.find((one) => one.name() === rest[0])
    if (sub === undefined) break
    command = sub
    rest.shift()
  }
  const [next = ''] = rest
  if (command.commands.length > 0 && /^[a-z]/.test(next)) return [next]
  return rest.filter((word) => /^--[a-z]/.test(word) && !takes(command, word))
}

function walk(command: Command, words: string[] = []): string[][] {
  const { commands } = command
  return [words, ...commands.filter(isShown).flatMap((sub) => walk(sub, [...words, sub.name()]))]
}

/** `complete` answers shells and not people. */
function isShown(command: Command): boolean {
  return command.name() !== 'complete'
}

/** Arguments of a tool are options that no command lists. */
function takes(command: Command, word: string): boolean {
  const name = word.replace(/=.*/, '')
  if (command.name() === 'call' || name === '--help') return true
  return [program, command].some(({ options }) => options.some(({ long }) => long === name))
}
