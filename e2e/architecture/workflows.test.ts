import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { repository } from '../harness/process.ts'

interface Workflow {
  jobs: Record<string, { steps: { uses?: string; run?: string; with?: Record<string, unknown> }[] }>
}

const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
const files = globSync('.github/workflows/*.yml', { cwd: repository })

describe.each(files)('%s', (file) => {
  const { jobs }: Workflow = parse(readFileSync(join(repository, file), 'utf8'))
  const steps = Object.values(jobs).flatMap((job) => job.steps)

  it('runs scripts that exist', () => {
    const commands = steps.flatMap(({ run, with: inputs }) => [
      run ?? '',
      ...Object.values(inputs ?? {}).map(String),
    ])
    const names = commands.flatMap((command) =>
      [...command.matchAll(/npm run (?:--silent )?(\S+)/g)].map(([, name]) => name!),
    )
    for (const name of names) expect(scripts).toHaveProperty([name])
    for (const command of commands) {
      const [, script] = /^bash (\S+)$/.exec(command) ?? []
      if (script) expect(existsSync(join(repository, script))).toBe(true)
    }
    expect(
      names.length + commands.filter((command) => command.startsWith('bash ')).length,
    ).toBeGreaterThan(0)
  })

  it('names each action with its version', () => {
    for (const { uses } of steps) if (uses) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/)
  })
})
