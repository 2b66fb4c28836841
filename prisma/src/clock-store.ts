import type { Database } from './database.ts'
import { statement } from './statement.ts'

const clockKey = 'test-clock'
const channel = 'test_clock'
const lookEveryMs = 5_000

const readClock = statement('clock_read', 'SELECT "value" FROM "Setting" WHERE "key" = $1')

const writeClock = statement(
  'clock_write',
  `INSERT INTO "Setting" ("key", "value") VALUES ($1, $2)
   ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"`,
)

const deleteClock = statement('clock_delete', 'DELETE FROM "Setting" WHERE "key" = $1')

/**
 * Where the processes on one database keep what their clocks were told under test controls: a `Setting`, so that who
 * starts later follows as well, and an announcement for those that are there.
 */
export function clockStore({
  engine,
  query,
  announcements,
}: Pick<Database, 'engine' | 'query' | 'announcements'>) {
  return {
    async read(): Promise<string | undefined> {
      const [row] = await query<{ value: string }>(readClock, [clockKey])
      return row?.value
    },
    async write(told: string | undefined): Promise<void> {
      if (told === undefined) await query(deleteClock, [clockKey])
      else await query(writeClock, [clockKey, told])
      await announcements.announce(channel, '')
    },
    listen(listener: () => void): () => void {
      const stop = announcements.listen(channel, listener)
      // Between processes an announcement may be lost.
      const looking =
        engine === 'postgresql' ? setInterval(listener, lookEveryMs).unref() : undefined
      return () => {
        clearInterval(looking)
        stop()
      }
    },
  }
}
