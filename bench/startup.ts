import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Contender, contenders } from './contenders.ts'
import { median } from './median.ts'
import { measureStart, type Start } from './process-under-test.ts'
import { writeResults } from './results.ts'

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
  firstStartMs: rounded(first.map(({ readyMs }) => readyMs)),
  restartMs: contender.persistent ? rounded(restart.map(({ readyMs }) => readyMs)) : null,
  firstAnswerMs: rounded(first.map(({ firstAnswerMs }) => firstAnswerMs)),
  residentMb: rounded(first.map(({ residentMb }) => residentMb)),
  residentAfterRestartMb: contender.persistent
    ? rounded(restart.map(({ residentMb }) => residentMb))
    : null,
  rounds: { first, restart },
}))

printTable(results)
writeResults('startup', { rounds, results })

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

function rounded(figures: number[]): number {
  return Math.round(median(figures))
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
