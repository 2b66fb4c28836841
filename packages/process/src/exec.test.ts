import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const shim = fileURLToPath(new URL('./exec.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'neonpanel-exec-'))

afterAll(() => rmSync(folder, { recursive: true }))

/** As cmd.exe runs `exec node <file>`: relative to where the npm script runs. */
function exec(source: string) {
  writeFileSync(join(folder, 'main.ts'), source)
  const { status, stdout, stderr } = spawnSync(process.execPath, [shim, 'node', 'main.ts'], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('exec', () => {
  it('runs the file that follows `node`, in its own process', () => {
    const { stdout } = exec('const own: number = process.pid\nconsole.log(own)\n')
    expect(stdout).toMatch(/^\d+\n$/)
  })

  it('ends with the exit code of the file', () => {
    expect(exec('process.exitCode = 3\n').status).toBe(3)
  })

  it('fails when the file fails', () => {
    expect(exec("throw new Error('defect')\n")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('defect'),
    })
  })
})
