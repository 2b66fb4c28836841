import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { unknownWords } from 'neonpanel/testing/commands'
import { describe, expect, it } from 'vitest'
import { repository } from '../harness/process.ts'

/** In code, up to a comment, a pipe or the end of a line. */
const commandLine = /(?:npx |\$ |\()neonpanel ([^\n`#|]*)/g

const read = (file: string) => readFileSync(join(repository, file), 'utf8')

const pages = await Array.fromAsync(glob('docs/**/*.md', { cwd: repository }))
const documents = ['README.md', 'packages/cli/README.md', ...pages.sort()].filter(
  (file) => read(file).match(commandLine) !== null,
)

/** What a document says that the program does not know. */
function unknownIn(text: string): string[] {
  return Array.from(text.matchAll(commandLine), ([, line = '']) => line).flatMap((line) =>
    unknownWords(line.split(/[\s)"]+/).filter(Boolean)),
  )
}

describe('command lines in the documentation', () => {
  it('that are wrong are found', () => {
    expect(unknownIn('`npx neonpanel regster`')).toEqual(['regster'])
    expect(unknownIn('$ npx neonpanel iat create --tll 5')).toEqual(['--tll'])
    expect(unknownIn('npx neonpanel keys rotat')).toEqual(['rotat'])
    expect(unknownIn('"$(neonpanel token --json)" and npx neonpanel iat list')).toEqual([])
  })

  it.each(documents)('%s names commands and options that there are', (file) => {
    expect(unknownIn(read(file))).toEqual([])
  })
})
