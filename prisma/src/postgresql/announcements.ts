import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type Announcements, assertShort, createLocalAnnouncements } from '../announcements.ts'

/** The one channel of the server that all announcements travel on; which of ours it is stands in the payload. */
const pgChannel = 'neonpanel_announcements'

/** How long to wait before the next attempt to listen again; each failure in a row doubles it. */
const backoff = { firstMs: 100, longestMs: 10_000 }

/** A connection that is silent may be dead: it is asked this often. */
const heartbeatMs = 30_000

export interface PostgresqlAnnouncements extends Announcements {
  close(): Promise<void>
}

/**
 * Announcements by LISTEN and NOTIFY. The first listener opens a connection of its own, which comes back by itself after
 * it broke; what is announced meanwhile is missed, as the interface allows. This process's own announcements do not take
 * the way over the server.
 *
 * @param config of the listening connection
 * @param notify runs `SELECT pg_notify($1, $2)` with these values
 */
export function createPostgresqlAnnouncements(
  config: pg.ClientConfig,
  notify: (channel: string, payload: string) => Promise<unknown>,
): PostgresqlAnnouncements {
  const local = createLocalAnnouncements()
  const sender = randomUUID()
  let connection: ListeningConnection | undefined

  function deliver(payload: string | undefined) {
    const [from, channel, ...message] = payload?.split('\n') ?? []
    if (from !== sender && channel) void local.announce(channel, message.join('\n'))
  }

  return {
    async announce(channel, message) {
      assertShort(channel, message)
      await local.announce(channel, message)
      await notify(pgChannel, `${sender}\n${channel}\n${message}`)
    },
    listen(channel, listener) {
      connection ??= openListeningConnection(config, deliver)
      return local.listen(channel, listener)
    },
    close: async () => connection?.close(),
  }
}

interface ListeningConnection {
  close(): Promise<void>
}

/** Listens until it is closed, on one connection after the other. */
function openListeningConnection(
  config: pg.ClientConfig,
  deliver: (payload: string | undefined) => void,
): ListeningConnection {
  const closing = new AbortController()
  const listening = (async () => {
    let delayMs = backoff.firstMs
    while (!closing.signal.aborted) {
      const listened = await listenUntilBroken(config, deliver, closing.signal)
      if (listened) delayMs = backoff.firstMs
      await delay(delayMs, undefined, { signal: closing.signal, ref: false }).catch(closed)
      delayMs = Math.min(delayMs * 2, backoff.longestMs)
    }
  })()
  return {
    async close() {
      closing.abort()
      await listening
    },
  }
}

/** A server that does not answer does not take leave either. */
const leaveMs = 2_000

/** @returns whether it came to listening at all */
async function listenUntilBroken(
  config: pg.ClientConfig,
  deliver: (payload: string | undefined) => void,
  closing: AbortSignal,
): Promise<boolean> {
  const client = new pg.Client({ ...config, application_name: 'neonpanel announcements' })
  const { promise: over, resolve: end } = Promise.withResolvers<false>()
  const stop = () => end(false)
  client.on('error', stop)
  client.on('end', stop)
  client.on('notification', ({ payload }) => deliver(payload))
  closing.addEventListener('abort', stop)
  const begin = async () => {
    await client.connect()
    await client.query(`LISTEN ${pgChannel}`)
    return true
  }
  const listens = await Promise.race([begin().catch(() => false), over])
  const ask = () => client.query('SELECT 1').catch(stop)
  const heartbeat = setInterval(ask, heartbeatMs).unref()
  if (listens) await over
  clearInterval(heartbeat)
  closing.removeEventListener('abort', stop)
  const left = client.end().catch(() => {})
  await Promise.race([left, delay(leaveMs, undefined, { ref: false })])
  return listens
}

/** Closing breaks the wait off; the loop sees the signal itself. */
function closed() {}
