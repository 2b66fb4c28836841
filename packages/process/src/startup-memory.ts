import { Session } from 'node:inspector/promises'

/**
 * Gives back to the system what only starting needed: sources that are compiled, demo data that is written. V8 would keep
 * it, since an idle server gives it no reason to collect. Takes some 50 ms, once, when the process is ready.
 */
export async function releaseStartupMemory(): Promise<void> {
  const session = new Session()
  session.connect()
  try {
    await session.post('HeapProfiler.collectGarbage')
  } finally {
    session.disconnect()
  }
}
