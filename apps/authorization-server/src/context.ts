import type { Database } from '@neonpanel/database/open'
import type { TestControls } from '@neonpanel/faults/test-controls'
import type { Log } from '@neonpanel/process/log'
import type { Metrics } from '@neonpanel/process/metrics'
import type { SharedClock } from '@neonpanel/process/shared-clock'
import type Provider from 'oidc-provider'
import type { Config } from './config.ts'
import type { DocumentHosts } from './provider/document-hosts.ts'
import type { AppSecrets } from './provider/secrets.ts'

/** What every route of the authorization server may use. */
export interface ServerContext {
  readonly config: Config
  readonly database: Database
  readonly provider: Provider
  readonly log: Log
  readonly metrics: Metrics
  /** `APP_SECRET`, or on loopback the one that the database keeps. */
  readonly appSecrets: AppSecrets
  /** Faults and recorded exchanges; only under `TEST_CONTROLS`. */
  readonly testControls: TestControls | undefined
  /** The clock that tests shift, shared by the processes on one database; only under `TEST_CONTROLS`. */
  readonly testClock: SharedClock | undefined
  /** Where tests serve client metadata documents; only under `TEST_CONTROLS` on a loopback issuer. */
  readonly documentHosts: DocumentHosts | undefined
  /** Makes new or retired signing keys take effect in this process at once. */
  readonly reloadSigningKeys: () => Promise<void>
}
