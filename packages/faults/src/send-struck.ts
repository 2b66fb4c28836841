import type { Context } from 'koa'
import { changesOf, type WholeAnswer } from './answer-changes.ts'
import type { FaultEdge } from './edge.ts'
import type { Endpoint } from './endpoints.ts'
import { createEventSplitter, isEvent } from './event-splitter.ts'
import type { Fault } from './fault.ts'
import { type Interception, interceptAnswer, type RawAnswer } from './intercept-answer.ts'
import { delay, writePaced } from './pace.ts'
import type { FaultRules } from './rules.ts'
import type { What } from './what.ts'

/** What stands between a request and the way its answer leaves. */
export interface Struck {
  readonly rules: FaultRules
  readonly edge: FaultEdge
  readonly endpoint: Endpoint | undefined
  /** These have struck the request. */
  readonly now: readonly Fault[]
  /** These strike if there is something in the answer for them to change. */
  readonly later: readonly Fault[]
}

/** Lets faults have their way with the answer to a request, whoever writes it and however. */
export function interceptStruck(ctx: Context, struck: Struck): void {
  const { res } = ctx
  // The answer itself says that it was struck, so that nobody looks for the cause elsewhere.
  const names: string[] = []
  const told = (fault: Fault) => {
    names.push(fault.preset ?? Object.keys(fault.what).join('+'))
    res.setHeader('X-Fault', names.join(', '))
    struck.edge.onStrike?.(ctx, fault)
  }
  struck.now.forEach(told)
  const interception: Interception = {
    async whole(body, raw) {
      const answer: WholeAnswer = { res, body, endpoint: struck.endpoint, edge: struck.edge }
      const effects = struck.now.map(({ what }) => what)
      for (const fault of struck.later) {
        const changes = changesOf(fault.what, answer)
        if (changes.length === 0 || !(await struck.rules.strike(fault))) continue
        told(fault)
        if (fault.what.delay_ms && !(await delay(res, fault.what.delay_ms))) return
        for (const change of changes) await change(answer)
        effects.push(fault.what)
      }
      damage(answer, effects)
      await send(answer, effects, raw)
    },
    async stream(raw) {
      const effects = struck.now.map(({ what }) => what)
      for (const fault of struck.later) {
        if (!fault.what.events || !(await struck.rules.strike(fault))) continue
        told(fault)
        effects.push(fault.what)
      }
      setHeaders(ctx, effects)
      return openStruckStream(ctx, effects, raw)
    },
    failed: (error) => ctx.state.log?.error({ err: error }, 'fault injection failed'),
  }
  interceptAnswer(res, interception)
}

function damage(answer: WholeAnswer, effects: readonly What[]): void {
  const { res } = answer
  for (const { headers, malformed_json, truncate_at_bytes } of effects) {
    applyHeaders(res, headers)
    if (malformed_json) answer.body = malformed(answer.body)
    if (truncate_at_bytes !== undefined) answer.body = answer.body.subarray(0, truncate_at_bytes)
  }
  if (!effects.some(changesContent)) return
  // What is wrong on purpose is not to be kept.
  res.removeHeader('ETag')
  if (effects.some(({ headers }) => says(headers, 'cache-control'))) return
  res.setHeader('Cache-Control', 'no-store')
}

/** Whether more than time is different. */
function changesContent({ delay_ms: _, bytes_per_second: __, ...rest }: What): boolean {
  return Object.keys(rest).length > 0
}

function setHeaders({ res }: Context, effects: readonly What[]): void {
  for (const { headers } of effects) applyHeaders(res, headers)
}

function applyHeaders(res: Context['res'], headers: What['headers']): void {
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value === null) res.removeHeader(name)
    else res.setHeader(name, value)
  }
}

function says(headers: What['headers'], name: string): boolean {
  return Object.keys(headers ?? {}).some((said) => said.toLowerCase() === name)
}

/** As long as before, and a comma that no parser takes. */
function malformed(body: Buffer): Buffer {
  const text = body.toString()
  return Buffer.from(text.length < 2 ? '{,' : `${text.slice(0, 1)},${text.slice(1)}`)
}

async function send({ res, body }: WholeAnswer, effects: readonly What[], raw: RawAnswer) {
  if (res.destroyed) return
  const hasBody = body.length > 0 || res.hasHeader('Content-Length')
  if (hasBody && res.req.method !== 'HEAD' && !res.hasHeader('Transfer-Encoding')) {
    res.setHeader('Content-Length', body.length)
  }
  const pace = slowest(effects)
  const dropAfter = effects.map(droppedAfter).find((bytes) => bytes !== undefined)
  if (pace === undefined && dropAfter === undefined) return raw.end(body)
  raw.writeHead()
  await writePaced(res, raw, body.subarray(0, dropAfter), pace)
  if (dropAfter === undefined) raw.end()
  else res.socket?.destroy()
}

function slowest(effects: readonly What[]): number | undefined {
  const rates = effects.flatMap(({ bytes_per_second }) => bytes_per_second ?? [])
  return rates.length > 0 ? Math.min(...rates) : undefined
}

function droppedAfter({ drop_connection }: What): number | undefined {
  return typeof drop_connection === 'object' ? drop_connection.after_bytes : undefined
}

async function openStruckStream({ res }: Context, effects: readonly What[], raw: RawAnswer) {
  const pace = slowest(effects)
  const cutAfter = effects.map(({ events }) => events?.cut_after).find((n) => n !== undefined)
  const waitMs = effects.reduce((sum, { events }) => sum + (events?.delay_ms ?? 0), 0)
  const events = createEventSplitter()
  let sent = 0
  raw.writeHead()
  const sendBlock = async (block: Buffer) => {
    const counts = isEvent(block)
    if (counts && sent === cutAfter) return cut()
    if (counts && waitMs > 0 && !(await delay(res, waitMs))) return
    await writePaced(res, raw, block, pace)
    if (counts) sent += 1
    if (counts && sent === cutAfter) cut()
  }
  const cut = () => void res.socket?.destroy()
  if (cutAfter === 0) cut()
  return async (chunk: Buffer | undefined) => {
    const blocks = chunk ? events.take(chunk) : [events.rest()].filter((rest) => rest.length > 0)
    for (const block of blocks) if (!res.destroyed) await sendBlock(block)
    if (chunk === undefined && !res.destroyed) raw.end()
  }
}
