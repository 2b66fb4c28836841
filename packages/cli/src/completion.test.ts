import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { personaNames } from '@neonpanel/personas/catalogue'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { binary, runBinary } from './testing/binary.ts'

/** What the shells' scripts ask: words of the line so far, the last of them unfinished or empty. */
async function complete(...words: string[]): Promise<string[]> {
  const { code, out, err } = await runBinary(['complete', '--', ...words])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const lines = out.split('\n')
  expect(lines.at(-1)).toMatch(/^:\d+$/)
  return lines.slice(0, -1).map((line) => line.replace(/\t.*/, ''))
}

describe('completion', () => {
  it('of commands', async () => {
    expect(await complete('cl')).toEqual(['clients'])
    expect(await complete('clients', '')).toEqual(['list', 'show', 'revoke'])
    const commands = await complete('')
    expect(commands).toEqual(expect.arrayContaining(['start', 'iat', 'register', 'completion']))
    expect(commands).not.toContain('complete')
  })

  it('of options, those of every command among them', async () => {
    const options = await complete('iat', 'create', '--')
    expect(options).toEqual(expect.arrayContaining(['--ttl', '--max-uses', '--json', '--issuer']))
  })

  it('of names of clients', async () => {
    expect(await complete('register', '')).toEqual(personaNames)
    expect(await complete('connect', '--as', 'claude')).toEqual(['claude', 'claude-code'])
  })

  it('of what an option may be', async () => {
    expect(await complete('clients', 'list', '--standing', 'rev')).toEqual(['reviewed'])
  })

  it.each([
    ['bash', /complete -F \w+ neonpanel/],
    ['zsh', /compdef _neonpanel neonpanel/],
    ['fish', /complete -c neonpanel/],
    ['powershell', /Register-ArgumentCompleter.*neonpanel/s],
  ])('%s has a script that asks the program', async (shell, registration) => {
    const { code, out } = await runBinary(['completion', shell])
    expect(code).toBe(0)
    expect(out).toMatch(registration)
    expect(out).toMatch(/neonpanel complete/)
  })

  it('knows no other shell', async () => {
    const { code, err } = await runBinary(['completion', 'tcsh'])
    expect(code).toBe(2)
    expect(err).toContain('zsh, bash, fish, powershell')
  })
})

describe.skipIf(process.platform === 'win32')('in a real bash', () => {
  const directory = mkdtempSync(join(tmpdir(), 'neonpanel-completion-'))

  beforeAll(() => {
    const command = join(directory, 'neonpanel')
    writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${binary}' "$@"\n`)
    chmodSync(command, 0o755)
  })

  afterAll(() => rmSync(directory, { recursive: true }))

  /** What bash offers at Tab at the end of a line. */
  function offered(words: readonly string[]): string[] {
    const shellScript = `
      source <(neonpanel completion bash)
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=\${#COMP_LINE}
      read -r _ _ function _ <<<"$(complete -p neonpanel)"
      $function 2>/dev/null
      printf '%s\\n' "\${COMPREPLY[@]}"`
    // biome-ignore lint/style/noProcessEnv: bash finds its own programs by it
    const PATH = [directory, process.env.PATH].join(delimiter)
    const parameters = ['--norc', '-c', shellScript, 'bash', ...words]
    const printed = execFileSync('bash', parameters, { env: { PATH }, encoding: 'utf8' })
    return printed.trim().split('\n')
  }

  it.each([
    [['neonpanel', 'regi'], ['register']],
    [
      ['neonpanel', 'clients', ''],
      ['list', 'show', 'revoke'],
    ],
    [['neonpanel', 'register', 'chat'], ['chatgpt']],
    [['neonpanel', 'iat', 'create', '--max'], ['--max-uses']],
  ])('Tab after %j offers %j', (typed, completed) => {
    expect(offered(typed)).toEqual(completed)
  })
})
