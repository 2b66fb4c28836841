import type { Agent } from 'undici'

/** Where a host of this machine stands in for one of the internet. */
export interface DocumentHost {
  /** As it stands in the URLs of documents. */
  readonly host: string
  /** `https:` at a loopback address. */
  readonly origin: string
  /** PEM certificates that sign for it, and for nobody else. */
  readonly ca: string
}

/**
 * Hosts of client metadata documents that a test serves itself. Nothing is relaxed for them but the way there: documents
 * keep their URLs, certificates are verified for the name in the URL, and only against the authority that was given.
 */
export interface DocumentHosts {
  add(host: DocumentHost): void
  list(): DocumentHost[]
  has(hostname: string): boolean
  remove(host: string): boolean
  clear(): void
  /** Undefined for a host of the internet. */
  dispatcherFor(hostname: string): Promise<Agent> | undefined
}

export function createDocumentHosts(): DocumentHosts {
  const hosts = new Map<string, { host: DocumentHost; agent?: Promise<Agent> }>()
  const remove = (name: string) => {
    const agent = hosts.get(name)?.agent
    agent?.then((opened) => opened.destroy()).catch(() => {})
    return hosts.delete(name)
  }
  return {
    add(host) {
      remove(host.host)
      hosts.set(host.host, { host })
    },
    list: () => [...hosts.values()].map(({ host }) => host),
    has: (hostname) => hosts.has(hostname),
    remove,
    clear() {
      for (const name of hosts.keys()) remove(name)
    },
    dispatcherFor(hostname) {
      const known = hosts.get(hostname)
      if (!known) return undefined
      known.agent ??= agentTo(known.host)
      return known.agent
    },
  }
}

/** Connects to the origin whatever the URL says; the name in the URL is what the certificate must be for. */
async function agentTo({ host, origin, ca }: DocumentHost): Promise<Agent> {
  const { Agent, buildConnector } = await import('undici')
  const { hostname, port } = new URL(origin)
  const connector = buildConnector({ ca })
  const address = hostname.replace(/^\[|\]$/g, '')
  return new Agent({
    connect: (options, done) =>
      connector({ ...options, hostname: address, port, servername: host }, done),
  })
}
