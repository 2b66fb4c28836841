import { z } from 'zod'
import { applyClock, type ClockSetting, clockSetting, isClockShifted, resetClock } from './clock.ts'

/** Where the processes of one stack keep what their clocks were told. */
export interface ClockStore {
  /** Undefined while it is the machine's time. */
  read(): Promise<string | undefined>
  /** Undefined = the machine's time. Others hear of it. */
  write(told: string | undefined): Promise<void>
  /** @returns how to stop listening */
  listen(listener: () => void): () => void
}

const settingSchema = z.union([
  z.strictObject({ offsetMs: z.number() }),
  z.strictObject({ frozenAtMs: z.number() }),
])

/** A process's part in a clock that several share. */
export interface SharedClock {
  /** Tells the others what this process's clock was told. */
  publish(): Promise<void>
  /** Stops following; a clock that was shifted through this store is the machine's again. */
  close(): void
}

/**
 * Shifts this process's clock as the others on the same store shift theirs, from now on and to where they are already.
 * For test controls alone: without them nothing follows, whatever the store says.
 *
 * @param onError is told when the store cannot be read
 */
export async function followClock(
  store: ClockStore,
  onError: (error: unknown) => void,
): Promise<SharedClock> {
  let isOurs = false

  const follow = async () => {
    const told = await store.read()
    if (told === undefined && !isOurs) return
    isOurs = told !== undefined
    if (told === undefined) resetClock()
    else applyClock(settingSchema.parse(JSON.parse(told)) as ClockSetting)
  }
  const stop = store.listen(() => {
    follow().catch(onError)
  })
  await follow()
  return {
    async publish() {
      isOurs = isClockShifted()
      await store.write(isOurs ? JSON.stringify(clockSetting()) : undefined)
    },
    close() {
      stop()
      if (isOurs) resetClock()
      isOurs = false
    },
  }
}
