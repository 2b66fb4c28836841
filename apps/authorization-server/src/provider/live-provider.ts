import type { Database } from '@neonpanel/database/open'
import { onClockShift } from '@neonpanel/process/clock'
import type { Log } from '@neonpanel/process/log'
import type { JSONWebKeySet } from 'jose'
import type { Middleware } from 'koa'
import Provider from 'oidc-provider'
import { rememberDevices } from '../account/devices.ts'
import type { Config } from '../config.ts'
import { clientMetadataDocuments } from './client-metadata-documents.ts'
import { providerConfiguration, publicKeySet } from './configuration.ts'
import { createDocumentHosts, type DocumentHosts } from './document-hosts.ts'
import { observeProvider } from './events.ts'
import type { AppSecrets } from './secrets.ts'
import { type PrivateSigningKey, resealSigningKeys } from './signing-key-rows.ts'
import { inOrderOfUse, loadSigningKeys } from './signing-keys.ts'

/** The provider as it is at this moment: it takes its keys once, so that other keys mean another provider. */
export interface LiveProvider {
  readonly current: Provider
  /** Public keys, those that sign no more included. */
  readonly jwks: JSONWebKeySet
  /** Only under `TEST_CONTROLS` on a loopback issuer. */
  readonly documentHosts: DocumentHosts | undefined
  /** The provider's routes; anything else goes on. */
  readonly middleware: Middleware
  /** Takes in keys that were made or retired; every process does so by itself within seconds. */
  reloadKeys(): Promise<void>
  close(): Promise<void>
}

interface LiveOptions {
  readonly config: Config
  readonly database: Database
  readonly appSecrets: AppSecrets
  readonly log: Log
}

const reloadEveryMs = 30_000

export async function openProvider(options: LiveOptions): Promise<LiveProvider> {
  const { isLocal, testControls } = options.config
  const documentHosts = isLocal && testControls ? createDocumentHosts() : undefined
  const documents = clientMetadataDocuments(options.config, options.database, documentHosts)
  const build = (keys: readonly PrivateSigningKey[]) => {
    const provider = new Provider(
      options.config.issuer,
      providerConfiguration({ ...options, documents, keys }),
    )
    provider.proxy = true
    observeProvider(provider, { ...options, mcpUrl: options.config.mcpUrl })
    rememberDevices(provider, options.database, options.log)
    return { provider, keys, jwks: publicKeySet(keys), handle: soleMiddleware(provider) }
  }
  await resealSigningKeys(options)
  let live = build(await loadSigningKeys(options))

  const reloadKeys = async () => {
    const keys = await loadSigningKeys(options)
    live = namesOf(keys) === namesOf(live.keys) ? { ...live, keys } : build(keys)
  }
  const reload = () => {
    reloadKeys().catch((error) => options.log.error({ err: error }, 'signing keys not reloaded'))
  }
  const reloading = setInterval(reload, reloadEveryMs).unref()
  const stopListening = onClockShift(reload)

  return {
    get current() {
      return live.provider
    },
    get jwks() {
      return live.jwks
    },
    documentHosts,
    middleware: async function provider(ctx, next) {
      // A published key begins to sign, or leaves, by the clock alone.
      if (isOutOfOrder(live.keys)) await reloadKeys()
      await live.handle(ctx, next)
    },
    reloadKeys,
    async close() {
      clearInterval(reloading)
      stopListening()
      await documents.close()
    },
  }
}

/** As an application that is mounted in ours (its documentation has it so): context and answer are shared. */
function soleMiddleware(provider: Provider): Middleware {
  const [middleware] = provider.middleware as Middleware[]
  if (!middleware) throw new Error('the provider has no middleware')
  return middleware
}

function namesOf(keys: readonly PrivateSigningKey[]): string {
  return keys.map(({ kid }) => kid).join(' ')
}

function isOutOfOrder(keys: readonly PrivateSigningKey[]): boolean {
  const at = Date.now()
  if (keys.some(({ retiresAt }) => retiresAt !== null && retiresAt.getTime() <= at)) return true
  return namesOf(inOrderOfUse(keys)) !== namesOf(keys)
}
