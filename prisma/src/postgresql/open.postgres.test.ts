import { once } from 'node:events'
import net from 'node:net'
import { afterAll, afterEach, describe, expect, inject, test } from 'vitest'
import type { Database } from '../database.ts'
import { openDatabase } from '../open.ts'
import { statement } from '../statement.ts'
import { databaseBehaviour } from '../testing/behaviour.ts'
import { createScratchDatabase } from '../testing/scratch-postgres.ts'
import { DatabaseUnavailableError, isDatabaseUnavailable } from '../unavailable.ts'

const one = statement('test_one', 'SELECT 1 AS "one"')

describe('PostgreSQL', () => {
  const scratches: AsyncDisposable[] = []
  afterAll(async () => {
    for (const scratch of scratches) await scratch[Symbol.asyncDispose]()
  })
  databaseBehaviour(async () => {
    const scratch = await createScratchDatabase()
    scratches.push(scratch)
    return openDatabase(scratch.url)
  })
})

describe('a server that does not answer', () => {
  const opened: (Database | Gate)[] = []
  afterEach(async () => {
    for (const resource of opened.splice(0).reverse()) await resource.close()
  })
  const openThroughGate = async () => {
    const gate = await openGate(new URL(inject('databaseUrl')))
    const database = await openDatabase(gate.url, { connections: 3 })
    opened.push(gate, database)
    return { gate, database }
  }

  test('is named, without credentials, when there is nobody at its address', async () => {
    const opening = openDatabase('postgresql://someone:hush@127.0.0.1:1/books')
    await expect(opening).rejects.toThrow(DatabaseUnavailableError)
    await expect(opening).rejects.toThrow(/^PostgreSQL at 127\.0\.0\.1:1\/books .*ECONNREFUSED/)
    await expect(opening).rejects.not.toThrow('hush')
  })

  test('fails statements, transactions and Prisma recognisably when it stopped, and serves when it is back', async () => {
    const { gate, database } = await openThroughGate()
    await gate.stop()
    for (const failing of usesOf(database)) {
      expect(isDatabaseUnavailable(await errorOf(failing()))).toBe(true)
    }
    await gate.start()
    for (const working of usesOf(database)) await expect(working()).resolves.toBeDefined()
  })

  test('fails statements, transactions and Prisma recognisably when it is frozen', async () => {
    const { gate, database } = await openThroughGate()
    gate.freeze()
    const errors = await Promise.all(usesOf(database).map((use) => errorOf(use())))
    expect(errors.map(isDatabaseUnavailable)).toEqual(errors.map(() => true))
    await gate.stop()
    await gate.start()
    for (const working of usesOf(database)) await expect(working()).resolves.toBeDefined()
  })

  test('does not end the process when it breaks a transaction between two statements', async () => {
    const { gate, database } = await openThroughGate()
    const broken = database.transaction(async (query) => {
      await query(one, [])
      await gate.stop()
      await query(one, [])
    })
    expect(isDatabaseUnavailable(await errorOf(broken))).toBe(true)
    await gate.start()
    expect(await database.query(one, [])).toEqual([{ one: 1 }])
  })

  test('is not what a refused statement says', async () => {
    const { database } = await openThroughGate()
    const nonsense = statement('test_nonsense', 'SELECT nonsense')
    expect(isDatabaseUnavailable(await errorOf(database.query(nonsense, [])))).toBe(false)
  })
})

function usesOf(database: Database): (() => Promise<unknown>)[] {
  return [
    () => database.query(one, []),
    () => database.transaction((query) => query(one, [])),
    () => database.ping().then(() => true),
    () => database.prisma.$queryRaw`SELECT 1 AS one`,
    () => database.prisma.$transaction((prisma) => prisma.$queryRaw`SELECT 1 AS one`),
  ]
}

async function errorOf(failing: Promise<unknown>): Promise<unknown> {
  return failing.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** A TCP relay in front of the server, to stop and to freeze it without touching it. */
interface Gate {
  url: string
  freeze(): void
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

async function openGate(server: URL): Promise<Gate> {
  const sockets = new Set<net.Socket>()
  let frozen = false
  const relay = net.createServer((near) => {
    const far = net.connect(Number(server.port || 5432), server.hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk) => frozen || to.write(chunk))
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  const listen = async (port: number) => {
    relay.listen(port, '127.0.0.1')
    await once(relay, 'listening')
    return (relay.address() as net.AddressInfo).port
  }
  const port = await listen(0)
  const url = new URL(server)
  url.host = `127.0.0.1:${port}`
  const stop = async () => {
    if (!relay.listening) return
    const closed = once(relay, 'close')
    relay.close()
    for (const socket of sockets) socket.destroy()
    await closed
    frozen = false
  }
  return {
    url: url.href,
    freeze: () => {
      frozen = true
    },
    stop,
    start: async () => {
      await listen(port)
    },
    close: stop,
  }
}
