import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import type { Servers } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson, type Decision, type PersonName } from '@neonpanel/testing-kit/person/people'
import { onTestFinished, vi } from 'vitest'

/** A person at a computer, on which programs open web pages. */
export interface Desktop {
  /** For a Node.js program that opens pages with the `open` package: they reach the person’s browser. */
  readonly environment: Readonly<Record<string, string>>
  /** The URLs that programs opened. */
  readonly opened: readonly URL[]
  /** What the person decides from now on. */
  decides(decision: Decision): void
  /** Goes to a URL as the person, decides, and lets the browser follow to the program that waits for it. */
  visit(url: string | URL): Promise<void>
}

const standIn = pathToFileURL(join(import.meta.dirname, 'opens-on-desktop.ts')).href

/** Gives a person with a desktop, for one test. */
export async function startDesktop(
  servers: Servers,
  wish: { person?: PersonName; decision?: Decision } = {},
): Promise<Desktop> {
  const person = createPerson(servers.issuer, wish.person)
  const opened: URL[] = []
  const visits: Promise<void>[] = []
  let decision = wish.decision

  const visit: Desktop['visit'] = async (url) => {
    opened.push(new URL(url))
    const callback = await person.authorize(url, decision)
    // Some programs listen only after they have opened the page: people are slower than this one.
    const answer = await vi.waitFor(() => fetch(callback), { timeout: 10_000 })
    await answer.text()
    if (!answer.ok) throw new Error(`${callback.origin} answered the browser ${answer.status}`)
  }
  const server = createServer(async (request: IncomingMessage, response) => {
    const visited = visit(await text(request))
    // Whoever waits for the program reads what went wrong at the end of the test.
    visited.catch(() => {})
    visits.push(visited)
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
    await Promise.all(visits)
  })
  const { port } = server.address() as AddressInfo
  return {
    environment: {
      NODE_OPTIONS: `--import=${standIn}`,
      OPENS_ON_DESKTOP: `http://127.0.0.1:${port}`,
    },
    opened,
    decides: (next) => {
      decision = next
    },
    visit,
  }
}
