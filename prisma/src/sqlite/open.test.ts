import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { migrate } from '../migrate.ts'
import { openDatabase } from '../open.ts'
import { databaseBehaviour } from '../testing/behaviour.ts'
import { DirectoryInUseError } from './directory-lock.ts'

const root = mkdtempSync(join(tmpdir(), 'neonpanel-database-'))
let count = 0
const freshDirectory = () => {
  count += 1
  return join(root, `data-${count}`)
}
const urlIn = (directory: string) => `file:${join(directory, 'neonpanel.db')}`

afterAll(() => rmSync(root, { recursive: true }))

describe('in memory', () => databaseBehaviour(() => openDatabase('memory:')))

describe('in a file', () => databaseBehaviour(() => openDatabase(urlIn(freshDirectory()))))

describe('a transaction', () => {
  test('is told when it would wait for its own end, and its work is undone', async () => {
    await using database = await openDatabase('memory:')
    await migrate(database)
    const data = { key: 'k', value: 'v' }
    const uses: (() => Promise<unknown>)[] = [
      () => database.prisma.setting.create({ data }),
      () => database.ping(),
      () => database.transaction(async () => {}),
      () => database.prisma.$transaction([database.prisma.setting.count()]),
    ]
    for (const use of uses) {
      await expect(database.transaction(use)).rejects.toThrow('use the query that it gives')
    }
    await database.prisma.setting.create({ data })
    expect(await database.prisma.setting.count()).toBe(1)
  })

  test('does not keep what it started without waiting from working afterwards', async () => {
    await using database = await openDatabase('memory:')
    await migrate(database)
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    let later: Promise<number> | undefined
    await database.transaction(async () => {
      later = ended.then(() => database.prisma.setting.count())
    })
    end()
    expect(await later).toBe(0)
  })
})

describe('memory', () => {
  test('two databases of one process share nothing', async () => {
    await using one = await openDatabase('memory:')
    await using other = await openDatabase('memory:')
    await Promise.all([migrate(one), migrate(other)])
    await one.prisma.setting.create({ data: { key: 'k', value: 'v' } })
    expect(await one.prisma.setting.count()).toBe(1)
    expect(await other.prisma.setting.count()).toBe(0)
  })
})

describe('file', () => {
  test('keeps what was written, and leaves only the database behind when closed', async () => {
    const directory = freshDirectory()
    {
      await using database = await openDatabase(urlIn(directory))
      await migrate(database)
      await database.prisma.setting.create({ data: { key: 'k', value: 'v' } })
    }
    expect(readdirSync(directory)).toEqual(['neonpanel.db'])
    await using again = await openDatabase(urlIn(directory))
    expect(await migrate(again)).toEqual([])
    expect(await again.prisma.setting.findMany()).toEqual([{ key: 'k', value: 'v' }])
  })

  test('takes a path with spaces and a file URL', async () => {
    const directory = join(freshDirectory(), 'with space')
    await using database = await openDatabase(`file://${directory.replaceAll(' ', '%20')}/a.db`)
    await database.ping()
    expect(existsSync(join(directory, 'a.db'))).toBe(true)
  })

  test('a file that is no database is refused, and its directory is free again', async () => {
    const directory = freshDirectory()
    {
      await using database = await openDatabase(urlIn(directory))
      await database.ping()
    }
    rmSync(join(directory, 'neonpanel.db'))
    writeFileSync(join(directory, 'neonpanel.db'), 'not a database '.repeat(100))
    await expect(openDatabase(urlIn(directory))).rejects.toThrow('not a database')
    expect(existsSync(join(directory, 'lock'))).toBe(false)
  })
})

describe('a data directory', () => {
  test('is refused to a second opening in the same process', async () => {
    const directory = freshDirectory()
    await using _first = await openDatabase(urlIn(directory))
    const second = openDatabase(urlIn(directory))
    await expect(second).rejects.toThrow(DirectoryInUseError)
    await expect(second).rejects.toThrow(`in use by process ${process.pid}`)
  })

  test('is refused to a second process, which is told who holds it, and free once that one ended', async () => {
    const directory = freshDirectory()
    const { child, opened } = holdElsewhere(directory)
    expect(await opened).toBe('open')
    await expect(openDatabase(urlIn(directory))).rejects.toThrow(`in use by process ${child.pid}`)
    child.stdin.end()
    await once(child, 'exit')
    await using database = await openDatabase(urlIn(directory))
    await expect(database.ping()).resolves.toBeUndefined()
  })

  test('is taken over from a process that was killed, with all that it had written', async () => {
    const directory = freshDirectory()
    const { child, opened } = holdElsewhere(directory)
    expect(await opened).toBe('open')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(existsSync(join(directory, 'lock'))).toBe(true)
    await using database = await openDatabase(urlIn(directory))
    expect(await database.prisma.setting.findMany()).toEqual([{ key: 'held', value: 'yes' }])
  })

  test('is given to one of several processes that find a stale lock at once', async () => {
    const directory = freshDirectory()
    const { child, opened } = holdElsewhere(directory)
    await opened
    child.kill('SIGKILL')
    await once(child, 'exit')
    const contenders = Array.from({ length: 4 }, () => holdElsewhere(directory))
    const outcomes = await Promise.all(contenders.map((contender) => contender.opened))
    expect(outcomes.filter((outcome) => outcome === 'open')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'DirectoryInUseError')).toHaveLength(3)
    for (const contender of contenders) contender.child.kill('SIGKILL')
  })

  test('is taken over from an earlier process that had the same id, as in a container', async () => {
    const directory = freshDirectory()
    await using database = await openDatabase(urlIn(directory))
    await database.close()
    writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: process.pid, startedAt: 0 }))
    await using again = await openDatabase(urlIn(directory))
    await expect(again.ping()).resolves.toBeUndefined()
  })

  test('is taken over from a lock that was never written to its end', async () => {
    const directory = freshDirectory()
    await using database = await openDatabase(urlIn(directory))
    await database.close()
    writeFileSync(join(directory, 'lock'), '{"pid":')
    await using again = await openDatabase(urlIn(directory))
    await expect(again.ping()).resolves.toBeUndefined()
  })
})

/** A process that opens the directory, says so or which error it met, and closes when its input ends. */
function holdElsewhere(directory: string) {
  const open = fileURLToPath(new URL('../open.ts', import.meta.url))
  const migrateModule = fileURLToPath(new URL('../migrate.ts', import.meta.url))
  const script = `
    const { openDatabase } = await import(${JSON.stringify(`file://${open}`)})
    const { migrate } = await import(${JSON.stringify(`file://${migrateModule}`)})
    try {
      await using database = await openDatabase(${JSON.stringify(urlIn(directory))})
      await migrate(database)
      await database.prisma.setting.create({ data: { key: 'held', value: 'yes' } }).catch(() => {})
      process.stdout.write('open')
      for await (const _ of process.stdin);
    } catch (error) {
      process.stdout.write(error.name)
    }`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  return { child, opened: once(child.stdout, 'data').then(([chunk]) => String(chunk)) }
}
