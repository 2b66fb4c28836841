import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { contenders } from './kit/contenders.ts'
import type { Figures } from './kit/measured-process.ts'
import { median } from './median.ts'
import { inherited } from './process-under-test.ts'
import { writeResults } from './results.ts'

// `npm run bench:kit [-- --rounds 7] [-- --only kit]`: what a stack costs a test, beside the peers, in one run. Each
// contender has a process of its own in each round, and they take turns, so that a busy minute of the machine burdens all
// of them. Medians. `npm run build --workspace @neonpanel/testing-kit` first has the published form measured, too.

const run = promisify(execFile)

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, only: { type: 'string', default: '' } },
})
const rounds = Number(values.rounds)
const program = fileURLToPath(new URL('kit/measured-process.ts', import.meta.url))
const measured = contenders
  .filter(({ name, isThere = true }) => isThere && name.includes(values.only))
  .map(({ name }) => ({ name, figures: [] as Figures[] }))
const loadBefore = loadavg()

// Compiled code is kept between processes, as test runners and Node’s NODE_COMPILE_CACHE do; the first process fills it.
const cache = mkdtempSync(join(tmpdir(), 'neonpanel-bench-'))
try {
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, figures } of measured) {
      console.error(`${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}: ${name}`)
      const once = await measure(name)
      if (round > 0) figures.push(once)
    }
  }
} finally {
  rmSync(cache, { recursive: true, force: true })
}

const columns = [
  ['load', 'loadMs'],
  ['first start', 'firstStartMs'],
  ['to first answer', 'firstAnswerMs'],
  ['(CPU)', 'firstCpuMs'],
  ['next start', 'nextStartMs'],
  ['(CPU)', 'nextCpuMs'],
  ['reset', 'resetMs'],
  ['resident MB', 'residentMb'],
  ['MB each more', 'nextResidentMb'],
] as const

const results = measured.map(({ name, figures }) => ({
  name,
  ...Object.fromEntries(columns.map(([, key]) => [key, middle(figures.map((one) => one[key]))])),
  rounds: figures,
}))

const titles = columns.map(([title]) => title)
console.log(`median of ${rounds} rounds, ms`.padEnd(50), titles.join('  '))
for (const { name, figures } of measured) {
  const cells = columns.map(([title, key]) =>
    String(middle(figures.map((one) => one[key])) ?? '–').padStart(title.length),
  )
  console.log(name.padEnd(50), cells.join('  '))
}
writeResults('testing-kit', { rounds, loadBefore, loadAfter: loadavg(), results })

async function measure(name: string): Promise<Figures> {
  const { stdout } = await run(process.execPath, [program, name], {
    env: { ...inherited(), NODE_COMPILE_CACHE: cache },
    timeout: 120_000,
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

/** One decimal below ten. */
function middle(figures: readonly (number | null)[]): number | null {
  const known = figures.filter((figure) => figure !== null)
  if (known.length === 0) return null
  const figure = median(known)
  return figure < 10 ? Math.round(figure * 10) / 10 : Math.round(figure)
}
