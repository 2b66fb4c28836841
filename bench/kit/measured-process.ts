import { setTimeout as wait } from 'node:timers/promises'
import { median } from '../median.ts'
import { contenders, type Running } from './contenders.ts'

// One contender in a process of its own, as a test file has it; the figures are the last line, as JSON.

/** What was measured in one process. Times are milliseconds, memory is megabytes. */
export interface Figures {
  readonly loadMs: number
  /** Of the first one in the process, without loading it. */
  readonly firstStartMs: number
  /** Of a process that does nothing else: loading, starting, and the first answer. */
  readonly firstAnswerMs: number
  readonly firstCpuMs: number
  readonly nextStartMs: number
  readonly nextCpuMs: number
  readonly resetMs: number | null
  readonly residentMb: number
  /** What one more costs that runs beside it. */
  readonly nextResidentMb: number
}

const nextStarts = 6
const resets = 10
/** A process that became ready still frees what only starting needed. */
const settleMs = 1_000

const contender = contenders.find(({ name }) => name === process.argv[2])
if (!contender) throw new Error('Which contender?')

const resident = () => process.memoryUsage.rss() / 1024 / 1024

const beganAt = performance.now()
const start = await contender.load()
const loadedAt = performance.now()
const first = await start()
const startedAt = performance.now()
await answered(first)
const answeredAt = performance.now()
const cpu = process.cpuUsage()
await wait(settleMs)
const residentMb = resident()

const others: Running[] = []
const next = await repeated(nextStarts, async () => {
  others.push(await start())
})
await wait(settleMs)
const nextResidentMb = (resident() - residentMb) / nextStarts
await Promise.all(others.map((one) => one.stop()))

const { reset } = first
const resetting = reset && (await repeated(resets, reset))
await first.stop()

const figures: Figures = {
  loadMs: loadedAt - beganAt,
  firstStartMs: startedAt - loadedAt,
  firstAnswerMs: answeredAt - beganAt,
  firstCpuMs: (cpu.user + cpu.system) / 1000,
  nextStartMs: next.wallMs,
  nextCpuMs: next.cpuMs,
  resetMs: resetting?.wallMs ?? null,
  residentMb,
  nextResidentMb,
}
console.log(JSON.stringify(figures))

async function answered({ discovery }: Running): Promise<void> {
  const answer = await fetch(discovery)
  await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`${discovery} answered ${answer.status}`)
}

/** Medians of doing it several times, one after the other. */
async function repeated(times: number, work: () => Promise<unknown>) {
  const wall: number[] = []
  const cpus: number[] = []
  for (let turn = 0; turn < times; turn += 1) {
    const before = process.cpuUsage()
    const from = performance.now()
    await work()
    wall.push(performance.now() - from)
    const { user, system } = process.cpuUsage(before)
    cpus.push((user + system) / 1000)
  }
  return { wallMs: median(wall), cpuMs: median(cpus) }
}
