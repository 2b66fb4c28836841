import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Contender, contenders } from './contenders.ts'
import { measureStart, type Start } from './process-under-test.ts'

// `npm run bench [-- --rounds 7] [-- --only stack]`: how long starting takes and what it costs in memory, beside the
// peers, in one run. Contenders take turns, so that a busy minute of the machine burdens all of them. Medians.

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, only: { type: 'string', default: '' } },
})
const rounds = Number(values.rounds)
const measured = contenders
  .filter(({ name }) => name.toLowerCase().includes(values.only.toLowerCase()))
  .map((contender) => ({ contender, first: [] as Start[], restart: [] as Start[] }))

for (let round = 1; round <= rounds; round += 1) {
  for (const { contender, first, restart } of measured) {
    console.error(`round ${round} of ${rounds}: ${contender.name}`)
    await measureRound(contender, first, restart)
  }
}

const results = measured.map(({ contender, first, restart }) => ({
  name: contender.name,
  firstStartMs: median(first.map(({ readyMs }) => readyMs)),
  restartMs: contender.persistent ? median(restart.map(({ readyMs }) => readyMs)) : null,
  firstAnswerMs: median(first.map(({ firstAnswerMs }) => firstAnswerMs)),
  residentMb: median(first.map(({ residentMb }) => residentMb)),
  residentAfterRestartMb: contender.persistent
    ? median(restart.map(({ residentMb }) => residentMb))
    : null,
  rounds: { first, restart },
}))

printTable(results)
writeResults()

async function measureRound(contender: Contender, first: Start[], restart: Start[]) {
  if (!contender.persistent) {
    first.push(await measureStart(contender, undefined))
    return
  }
  const directory = mkdtempSync(join(tmpdir(), 'neonpanel-bench-'))
  try {
    first.push(await measureStart(contender, directory))
    restart.push(await measureStart(contender, directory))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function median(figures: number[]): number {
  const sorted = figures.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const value =
    sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return Math.round(value)
}

function printTable(rows: typeof results): void {
  const columns = [
    'start ms',
    'first answer ms',
    'restart ms',
    'resident MB',
    'after restart MB',
  ] as const
  console.log(['median of', `${rounds} rounds`].join(' ').padEnd(58), columns.join('  '))
  for (const row of rows) {
    const figures = [
      row.firstStartMs,
      row.firstAnswerMs,
      row.restartMs,
      row.residentMb,
      row.residentAfterRestartMb,
    ]
    const cells = figures.map((figure, index) =>
      String(figure ?? '–').padStart(columns[index]!.length),
    )
    console.log(row.name.padEnd(58), cells.join('  '))
  }
}

function writeResults(): void {
  const folder = new URL('results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const report = {
    measuredAt: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model,
    rounds,
    results,
  }
  const file = new URL(`startup-${report.measuredAt.replaceAll(/[:.]/g, '-')}.json`, folder)
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
  console.log(`\n${file.pathname}`)
}
