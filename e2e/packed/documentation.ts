import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../harness/process.ts'

/** A page of docs/testing as a script: its `sh` blocks in order, and what they say that they print (`# → …`). */
export function scriptOf(page: string): { script: string; prints: string[] } {
  const text = readFileSync(join(repository, 'docs/testing', page), 'utf8')
  const blocks = Array.from(text.matchAll(/```sh\n(.*?)```/gs), ([, code = '']) => code)
  const script = ['set -euo pipefail', ...blocks].join('\n')
  const prints = Array.from(script.matchAll(/^# → (.*)$/gm), ([, line = '']) => line)
  return { script, prints }
}
