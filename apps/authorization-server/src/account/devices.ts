import type { Database } from '@neonpanel/database/open'
import type { Log } from '@neonpanel/process/log'
import type { Context } from 'koa'
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

/** Notes which browser holds a session, and from where, whenever the provider saves one. */
export function rememberDevices(provider: Provider, database: Database, log: Log): void {
  provider.on('session.saved', (session: NotedSession) => {
    const ctx = Provider.ctx
    if (!ctx || !session.accountId) return
    noteDevice(database, session, ctx).catch((error: unknown) => {
      log.warn({ err: error }, 'the device of a session was not noted')
    })
  })
}

type NotedSession = Pick<InstanceType<Provider['Session']>, 'uid' | 'accountId' | 'exp'>

/** Notes that a session is used now, by the browser that sent this request. */
export async function noteDevice(
  { prisma }: Database,
  session: NotedSession,
  request: Pick<Context, 'get' | 'ip'>,
): Promise<void> {
  const idHash = hashOf(session.uid)
  const noted = {
    payload: JSON.stringify(deviceOf(request.get('User-Agent'), request.ip)),
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
