import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { migrate } from '@neonpanel/database/migrate'
import { openDatabase } from '@neonpanel/database/open'
import {
  createScratchDatabase,
  type ScratchDatabase,
} from '@neonpanel/database/testing/scratch-postgres'

/** A migrated database of its own on a real PostgreSQL, dropped at the end. */
export type TestDatabase = ScratchDatabase

/** `TEST_DATABASE_URL` names a server whose role may create databases. */
export async function createTestDatabase(): Promise<TestDatabase> {
  // biome-ignore lint/style/noProcessEnv: where the real database is
  const { TEST_DATABASE_URL = 'postgresql://postgres@127.0.0.1:5432/postgres' } = process.env
  const scratch = await createScratchDatabase(TEST_DATABASE_URL)
  await using database = await openDatabase(scratch.url)
  await migrate(database)
  return scratch
}

/** A way to a database that can be cut. */
export interface DatabaseLine extends Disposable {
  readonly url: string
  cut(): void
  restore(): void
}

export async function openDatabaseLine(url: string): Promise<DatabaseLine> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((socket) => {
    if (isCut) return socket.destroy()
    const onward = connect(Number(target.port || 5432), target.hostname)
    for (const [end, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(end)
      end
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(end)
          other.destroy()
        })
      end.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const line = new URL(url)
  line.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: line.href,
    cut() {
      isCut = true
      destroyAll()
    },
    restore() {
      isCut = false
    },
    [Symbol.dispose]() {
      server.close()
      destroyAll()
    },
  }
}
