import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** Keeps the figures of a run, with when and on what they were measured, in `bench/results`. */
export function writeResults(name: string, figures: object): void {
  const folder = new URL('results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const report = {
    measuredAt: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model,
    ...figures,
  }
  const file = new URL(`${name}-${report.measuredAt.replaceAll(/[:.]/g, '-')}.json`, folder)
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
  console.log(`\n${file.pathname}`)
}
