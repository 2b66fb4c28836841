import { Counter, Gauge, type Registry } from 'prom-client'

/** How a tool call ended: as it should, with a question, with a message for the model, or in a way nobody expected. */
export type ToolOutcome = 'ok' | 'asked' | 'refused' | 'failed'

/** A limit that a request met; see `Limits`. */
export type LimitName = 'messages' | 'open_streams'

export interface McpMeasures {
  countCall(tool: string, outcome: ToolOutcome): void
  countRefusal(limit: LimitName): void
  /** Registers who knows how many of something are open now. */
  watchOpen(
    kind: 'sessions' | 'legacy_streams' | 'listen_streams' | 'tasks',
    count: () => number,
  ): void
}

/** What Prometheus learns about MCP besides the requests. */
export function createMcpMeasures(registry: Registry): McpMeasures {
  const calls = new Counter({
    name: 'mcp_tool_calls_total',
    help: 'Tool calls that reached their tool, by outcome.',
    labelNames: ['tool', 'outcome'],
    registers: [registry],
  })
  const refusals = new Counter({
    name: 'mcp_limit_refusals_total',
    help: 'Requests answered 429 because one person and client asked too much, by limit.',
    labelNames: ['limit'],
    registers: [registry],
  })
  const counts = new Map<string, () => number>()
  new Gauge({
    name: 'mcp_open',
    help: 'Sessions, streams and running tasks that this process holds.',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      for (const [kind, count] of counts) this.set({ kind }, count())
    },
  })
  return {
    countCall: (tool, outcome) => calls.inc({ tool, outcome }),
    countRefusal: (limit) => refusals.inc({ limit }),
    watchOpen: (kind, count) => void counts.set(kind, count),
  }
}
