import { startStack } from '@neonpanel/stack'
import { send } from '@neonpanel/testing-kit/client/http'
import { afterAll } from 'vitest'
import { freePort, startBalancer } from './balancer.ts'
import { migratedDatabase, ready } from './cluster.ts'
import { runScript, type ServerProcess } from './process.ts'
import { quietEnvironment } from './stack.ts'

/** One of several processes of the resource server, which a test may kill. */
export interface ResourceServerProcess {
  readonly port: number
  /** Its own `/mcp`, past the balancer. */
  readonly url: string
  readonly process: ServerProcess
  /** How many sessions or 2024-11-05 streams it holds. */
  open(kind: 'sessions' | 'legacy_streams'): Promise<number>
}

/** Processes of the resource server behind a balancer that hands each request to the next one. */
export interface ResourceServers {
  /** `/mcp` at the balancer. */
  readonly url: string
  readonly processes: readonly ResourceServerProcess[]
  /** Kills a process without warning, and takes it from the balancer. */
  kill(one: ResourceServerProcess): Promise<void>
}

/** A stack on PostgreSQL for the tests of a file, and how to start resource servers behind its balancer. */
export async function stackWithMoreResourceServers() {
  const database = await migratedDatabase(afterAll)
  const balancer = await startBalancer(afterAll)
  const url = `http://localhost:${balancer.port}/mcp`
  const stack = await startStack({
    environment: { ...quietEnvironment, ...database, MCP_URL: url },
  })
  afterAll(() => stack.stop())

  async function startOne(environment: Record<string, string>): Promise<ResourceServerProcess> {
    const port = await freePort()
    const process = runScript('start:mcp', {
      ...database,
      ISSUER_URL: stack.issuer,
      MCP_URL: url,
      MCP_PORT: String(port),
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
      ...environment,
    })
    return {
      port,
      url: `http://localhost:${port}/mcp`,
      process,
      async open(kind) {
        const { text } = await send(`http://127.0.0.1:${port}/metrics`)
        return Number(new RegExp(`mcp_open\\{kind="${kind}".*\\} (\\d+)`).exec(text)?.[1])
      },
    }
  }

  return {
    stack,
    async start(count: number, environment = {}): Promise<ResourceServers> {
      const processes: ResourceServerProcess[] = []
      while (processes.length < count) processes.push(await startOne(environment))
      for (const { port } of processes) await ready(port)
      let alive: readonly ResourceServerProcess[] = processes
      const balance = () => balancer.forwardTo(alive.map(({ port }) => port))
      balance()
      return {
        url,
        processes,
        async kill(one) {
          alive = alive.filter((each) => each !== one)
          balance()
          await one.process.stop('SIGKILL')
        },
      }
    },
  }
}

/** The process that holds what was opened. */
export async function holderAmong(
  { processes }: ResourceServers,
  kind: 'sessions' | 'legacy_streams',
): Promise<ResourceServerProcess> {
  const counts = await Promise.all(processes.map((each) => each.open(kind)))
  const holder = processes[counts.indexOf(1)]
  if (!holder) throw new Error(`No process holds one of ${kind}: ${counts}`)
  return holder
}
