import type { Database } from '@neonpanel/database/open'
import type { Log } from '@neonpanel/process/log'
import Provider from 'oidc-provider'
import { hashOf } from '../provider/secrets.ts'

/** Beside each session in the same table, by the hash of the session's uid; gone when the session is. */
export const deviceKind = 'SessionDevice'

/** What a person recognises one of their sessions by. */
export interface Device {
  /** `Chrome on macOS` */
  readonly name: string
  readonly isPhone: boolean
  readonly address: string
  /** Epoch milliseconds. */
  readonly seenAt: number
}

type SavedSession = InstanceType<Provider['Session']>

/** Notes for each signed-in session which browser holds it and from where, whenever the provider saves it. */
export function rememberDevices(provider: Provider, database: Database, log: Log): void {
  provider.on('session.saved', (session: SavedSession) => {
    const ctx = Provider.ctx
    if (!ctx || !session.accountId) return
    const device = deviceOf(ctx.get('User-Agent'), ctx.ip)
    saveDevice(database, session, device).catch((error: unknown) => {
      log.warn({ err: error }, 'the device of a session was not noted')
    })
  })
}

async function saveDevice({ prisma }: Database, session: SavedSession, device: Device) {
  const idHash = hashOf(session.uid)
  const noted = {
    payload: JSON.stringify(device),
    accountId: session.accountId ?? null,
    expiresAt: session.exp ? new Date(session.exp * 1000) : null,
  }
  await prisma.oidcRecord.upsert({
    where: { kind_idHash: { kind: deviceKind, idHash } },
    create: { kind: deviceKind, idHash, createdAt: new Date(), ...noted },
    update: noted,
  })
}

/** Reads a browser's description of itself, which is good for recognition and for nothing else. */
export function deviceOf(userAgent: string, address: string): Device {
  const browser = browsers.find(([pattern]) => pattern.test(userAgent))?.[1]
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1]
  const name = browser && system ? `${browser} on ${system}` : (browser ?? system ?? 'A browser')
  const isPhone = /iPhone|Android.*Mobile/.test(userAgent)
  return { name, isPhone, address, seenAt: Date.now() }
}

/** In this order: most browsers name others as well. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\/|HeadlessChrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
  [/^curl\//, 'curl'],
]

const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]
