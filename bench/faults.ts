import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { faultSchema } from '@neonpanel/faults/fault'
import { injectFaults } from '@neonpanel/faults/inject'
import { createFaultRules } from '@neonpanel/faults/rules'
import Koa, { type Context, type Middleware } from 'koa'
import { median } from './median.ts'
import { writeResults } from './results.ts'

// `npm run bench:faults`: what a request pays for the faults that could strike it. In nanoseconds of a bare call, and in
// microseconds of a request over HTTP to a Koa application that answers at once. Contenders take turns. Medians.

const edge = {
  server: 'authorization-server',
  issuer: 'http://localhost:4400',
  resource: 'http://localhost:4401/mcp',
} as const

const elsewhere = (where: object) => faultSchema.parse({ where, what: { status: 500 } })

const withoutRules = createFaultRules()
const withOneRule = createFaultRules()
await withOneRule.add(elsewhere({ endpoint: 'token' }))
const withTen = createFaultRules()
for (let count = 0; count < 10; count += 1) await withTen.add(elsewhere({ path: `/${count}` }))

const contenders: readonly (readonly [name: string, edge: Middleware | undefined])[] = [
  ['without the edge', undefined],
  ['no rule', injectFaults(withoutRules, edge)],
  ['one rule, for another endpoint', injectFaults(withOneRule, edge)],
  ['ten rules, for other paths', injectFaults(withTen, edge)],
]

const rounds = 15
const bareCalls = 200_000
const requests = 1_000

const measured = contenders.map(([name, middleware]) => ({
  name,
  middleware,
  bareNs: [] as number[],
  requestUs: [] as number[],
}))

for (let round = 0; round < rounds; round += 1) {
  for (const contender of measured) {
    contender.bareNs.push(await measureBare(contender.middleware))
    contender.requestUs.push(await measureRequests(contender.middleware))
  }
}

const results = measured.map(({ name, bareNs, requestUs }) => ({
  name,
  bareNs: Math.round(median(bareNs)),
  requestUs: Math.round(median(requestUs) * 10) / 10,
}))
console.table(results)
writeResults('faults', { rounds, bareCalls, requests, results })

/** Nanoseconds of one call of the middleware, and of what comes after it. */
async function measureBare(middleware: Middleware | undefined): Promise<number> {
  const ctx = { method: 'POST', path: '/mcp' } as Context
  const next = async () => {}
  const call = middleware ? () => middleware(ctx, next) : next
  const startedAt = process.hrtime.bigint()
  for (let count = 0; count < bareCalls; count += 1) await call()
  return Number(process.hrtime.bigint() - startedAt) / bareCalls
}

/** Microseconds of one request, one after the other on one connection. */
async function measureRequests(middleware: Middleware | undefined): Promise<number> {
  const app = new Koa()
  if (middleware) app.use(middleware)
  app.use((ctx) => {
    ctx.body = 'fine'
  })
  const server = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ask = async () => {
    const [answer] = await once(get({ port, host: '127.0.0.1', path: '/mcp' }), 'response')
    answer.resume()
    await once(answer, 'end')
  }
  const startedAt = process.hrtime.bigint()
  for (let count = 0; count < requests; count += 1) await ask()
  const tookUs = Number(process.hrtime.bigint() - startedAt) / 1000
  server.close()
  server.closeAllConnections()
  return tookUs / requests
}
