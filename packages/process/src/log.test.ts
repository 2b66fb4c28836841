import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { LogFormat, LogLevel } from './environment.ts'
import { createLog } from './log.ts'

function capture(format: LogFormat = 'json', level: LogLevel = 'info') {
  const lines: string[] = []
  const destination = new Writable({
    write: (line, _encoding, done) => {
      lines.push(String(line))
      done()
    },
  })
  const log = createLog({ level, format, destination })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') }
}

describe('createLog', () => {
  it('writes one JSON object per line, with the level by name and the time in ISO 8601', () => {
    const { log, last } = capture()
    log.info({ clientId: 'claude' }, 'registered')
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      clientId: 'claude',
      msg: 'registered',
    })
  })

  it('writes nothing below its level', () => {
    const { log, lines } = capture('json', 'warn')
    log.info('unheard')
    expect(lines).toEqual([])
  })

  it('writes nothing at all when silent', () => {
    const { log, lines } = capture('json', 'silent')
    log.fatal('unheard')
    expect(lines).toEqual([])
  })

  it('redacts secrets in a line', () => {
    const { log, lines } = capture()
    log.info({ body: { refresh_token: 'hunter2' } }, 'token request')
    expect(lines.join()).not.toContain('hunter2')
  })

  it('redacts secrets in the bindings of children and of their children', () => {
    const { log, lines } = capture()
    log.child({ token: 'hunter2' }).child({ cookie: 'hunter2' }).info({ code: 'hunter2' }, 'hello')
    expect(lines.join()).toContain('[redacted]')
    expect(lines.join()).not.toContain('hunter2')
  })

  it('keeps type, message and stack of an error, and its causes', () => {
    const { log, last } = capture()
    log.error(new TypeError('outer', { cause: new Error('inner') }))
    expect(last().err).toMatchObject({ type: 'TypeError', message: 'outer: inner' })
    expect(last().err.stack).toContain('log.test.ts')
  })

  it('prints a line for people, without a worker, and redacts there as well', () => {
    const { log, lines } = capture('pretty')
    log.info({ clientId: 'claude', token: 'hunter2' }, 'registered')
    expect(lines.join()).toContain('INFO: registered {"clientId":"claude","token":"[redacted]"}')
  })
})
