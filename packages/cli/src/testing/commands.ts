import type { Command } from 'commander'
import { createProgram } from '../program.ts'
import { recordingTerminal } from './recording-terminal.ts'

/** Every command and group of commands as its words, such as `['iat', 'create']`; the top level is `[]`. */
export function everyCommandLine(): string[][] {
  return walk(createProgram(recordingTerminal()))
}

/** Those that do something, which leaves out groups such as `iat`. */
export function everyAction(): string[][] {
  const all = everyCommandLine()
  const isGroup = (words: string[]) =>
    all.some((other) => other.length > words.length && words.every((word, i) => word === other[i]))
  return all.filter((words) => words.length > 0 && !isGroup(words))
}

function walk(command: Command, words: string[] = []): string[][] {
  const { commands } = command
  return [words, ...commands.filter(isShown).flatMap((sub) => walk(sub, [...words, sub.name()]))]
}

/** `complete` answers shells and not people. */
function isShown(command: Command): boolean {
  return command.name() !== 'complete'
}
