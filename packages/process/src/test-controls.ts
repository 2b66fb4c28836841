import type { Middleware } from 'koa'
import { createExchangeRecorder, type ExchangeRecorder, recordExchanges } from './exchanges.ts'
import { createFaultRules, type FaultRules, type FaultServer, injectFaults } from './faults.ts'

/**
 * What a test may do to the servers of one process: break them on purpose and see what was exchanged. It exists only
 * while `TEST_CONTROLS` is on; both servers of a process share one.
 */
export interface TestControls {
  readonly faults: FaultRules
  readonly exchanges: ExchangeRecorder
}

export function createTestControls(): TestControls {
  return { faults: createFaultRules(), exchanges: createExchangeRecorder() }
}

/** What stands at the edge of a server under test, in order; a fault's answer is recorded as well. */
export function testEdge(controls: TestControls, server: FaultServer): Middleware[] {
  return [recordExchanges(controls.exchanges, server), injectFaults(controls.faults, server)]
}
