import { PassThrough } from 'node:stream'
import type { Database } from '@neonpanel/database/open'
import { loadStories } from '@neonpanel/flows/load'
import { createFlowWatch, type FlowChange, type FlowWatch } from '@neonpanel/flows/watch'
import type { Context } from 'koa'
import type { ServerContext } from '../../context.ts'
import { describeFlow } from '../api/flow-json.ts'

/** Whoever follows comes back after so long: rights may have ended meanwhile. */
const longestMs = 10 * 60_000

/** Proxies close what is silent for longer. */
const heartbeatMs = 15_000

/** Streams that are open at a time, and what waits in one for its reader. */
const most = 50
const mostUnreadBytes = 1024 * 1024

interface Followed {
  readonly watch: FlowWatch
  readonly streams: Set<PassThrough>
}

const followed = new WeakMap<Database, Followed>()

/**
 * Answers with a stream of events (HTML, server-sent events): `flow` with a flow that is new or has changed, as it stands
 * in the list, and `gone` with the id of one that became part of another. It begins with `ready`, from which on nothing
 * is missed.
 */
export function sendFlowEvents(ctx: Context, { database, log }: ServerContext): void {
  const known = followed.get(database) ?? {
    watch: createFlowWatch(database, (error) => log.error({ err: error }, 'flows not followed')),
    streams: new Set<PassThrough>(),
  }
  followed.set(database, known)
  if (known.streams.size >= most) {
    refuse(ctx)
    return
  }
  const stream = new PassThrough()
  known.streams.add(stream)
  const send = (event: string, data: unknown) => {
    stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    // Who reads too slowly comes back and reads the list.
    if (stream.writableLength > mostUnreadBytes) stream.end()
  }
  let telling = Promise.resolve()
  const tell = async (change: FlowChange) => {
    if (change.kind === 'gone') return send('gone', { id: change.id })
    const [story] = await loadStories(database, [change.flow])
    return send('flow', describeFlow(change.flow, story!))
  }
  const unfollow = known.watch.follow(
    (change) => {
      telling = telling
        .then(() => tell(change))
        .then(
          () => {},
          (error) => log.error({ err: error }, 'a flow could not be told'),
        )
    },
    () => send('ready', {}),
  )
  const heartbeat = setInterval(() => stream.write(': alive\n\n'), heartbeatMs).unref()
  const end = setTimeout(() => stream.end(), longestMs).unref()
  stream.once('close', () => {
    unfollow()
    clearInterval(heartbeat)
    clearTimeout(end)
    known.streams.delete(stream)
  })
  ctx.type = 'text/event-stream'
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Accel-Buffering', 'no')
  ctx.body = stream
}

function refuse(ctx: Context): void {
  ctx.status = 503
  ctx.set('Retry-After', '60')
  ctx.body = { error: 'temporarily_unavailable', error_description: 'Too many follow the flows.' }
}

/** Ends every stream of this process, so that the server can stop. */
export function endFlowEvents(database: Database): void {
  for (const stream of followed.get(database)?.streams ?? []) stream.end()
}
