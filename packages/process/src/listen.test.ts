import { once } from 'node:events'
import { request, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { bind, ListenError, type Listener } from './listen.ts'

const open: Listener[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close(0)))
})

async function bindAnywhere() {
  const listener = await bind({ host: '127.0.0.1', port: 0 })
  open.push(listener)
  return { listener, url: `http://127.0.0.1:${listener.port}/` }
}

describe('bind', () => {
  it('tells the port that the system chose', async () => {
    const { listener } = await bindAnywhere()
    expect(listener.port).toBeGreaterThan(0)
  })

  it('answers 503 until there is something to serve', async () => {
    const { listener, url } = await bindAnywhere()
    const early = await fetch(url)
    expect(early.status).toBe(503)
    expect(early.headers.get('retry-after')).toBe('1')
    listener.serve((_, response) => response.end('served'))
    expect(await (await fetch(url)).text()).toBe('served')
  })

  it.each([
    ['its head', 'POST / HTTP/1.1\r\nHost: x\r\nContent-'],
    ['its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nbegun'],
  ])('RS-39: ends a request that does not get through with %s', async (_what, begun) => {
    const listener = await bind({ host: '127.0.0.1', port: 0, requestTimeoutMs: 50 })
    open.push(listener)
    listener.serve((request) => request.resume())
    const socket = connect(listener.port, '127.0.0.1')
    socket.write(begun)
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /)
    await once(socket, 'close')
  })

  it('says which port is taken and what to do', async () => {
    const { listener } = await bindAnywhere()
    const second = bind({ host: '127.0.0.1', port: listener.port })
    await expect(second).rejects.toThrow(`Port ${listener.port} on 127.0.0.1 is already in use.`)
    await expect(second).rejects.toMatchObject({
      name: 'ListenError',
      advice: expect.stringContaining('another port'),
    })
  })

  it('says that an address is not of this machine', async () => {
    const elsewhere = bind({ host: '192.0.2.1', port: 0 })
    await expect(elsewhere).rejects.toBeInstanceOf(ListenError)
    await expect(elsewhere).rejects.toThrow('192.0.2.1 is not an address of this machine.')
  })
})

describe('close', () => {
  it('refuses new connections', async () => {
    const { listener, url } = await bindAnywhere()
    await listener.close(0)
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  it('lets a request in flight finish, then ends its kept-alive connection', async () => {
    const { listener, url } = await bindAnywhere()
    const arrived = Promise.withResolvers<ServerResponse>()
    listener.serve((_, response) => arrived.resolve(response))
    const answer = fetch(url)
    const response = await arrived.promise
    const closed = listener.close(60_000)
    response.end('finished')
    expect(await (await answer).text()).toBe('finished')
    await closed
  })

  it('does not wait for idle connections', async () => {
    const { listener } = await bindAnywhere()
    const idle = connect(listener.port, '127.0.0.1')
    await once(idle, 'connect')
    await listener.close(60_000)
    idle.destroy()
  })

  it('cuts what is still open after the grace time', async () => {
    const { listener, url } = await bindAnywhere()
    listener.serve((_, response) => response.write('a stream without end'))
    const stream = request(url).end()
    const [answer] = await once(stream, 'response')
    const cut = once(answer.resume(), 'error')
    await listener.close(1)
    expect(await cut).toMatchObject([{ code: 'ECONNRESET' }])
  })

  it('may be called twice', async () => {
    const { listener } = await bindAnywhere()
    await listener.close(0)
    await expect(listener.close(0)).resolves.toBeUndefined()
  })
})
