import type { StoryExchange } from '@neonpanel/flows/story'
import type { Verdict } from '@neonpanel/flows/verdicts/verdict'
import type { PersonaName } from '@neonpanel/personas/catalogue'
import type { PersonaRun } from '@neonpanel/personas/run-persona'

/**
 * A run as one JSON document. Flows, exchanges and verdicts have the members that the admin API gives them; tokens are
 * not in it.
 */
export function describeRun(persona: PersonaName, mcpUrl: string, run: PersonaRun) {
  const { story, verdict, steps } = run
  return {
    persona,
    mcp_url: mcpUrl,
    status: story.status,
    step: story.step,
    client_id: story.clientId ?? null,
    client_name: story.clientName ?? null,
    started_at: story.startedAt.toISOString(),
    duration_ms: story.endedAt.getTime() - story.startedAt.getTime(),
    verdict: verdict ? describeVerdict(verdict) : null,
    steps: steps.map(({ step, says, ok, at }) => ({ step, says, ok, at: at.toISOString() })),
    exchanges: story.exchanges.map(describeExchange),
    notes: story.notes.map(({ step, at, reason, got, expected }) => ({
      step,
      at: at.toISOString(),
      reason,
      got,
      expected,
    })),
  }
}

function describeVerdict({ cause, title, says, fix, source, evidence }: Verdict) {
  const { step, exchangeId, compare } = evidence
  return { cause, title, says, fix, source, step, exchange_id: exchangeId ?? null, compare }
}

function describeExchange(exchange: StoryExchange) {
  const { id, server, step, at, durationMs, correlationId, request, response } = exchange
  return {
    id,
    server,
    step,
    at: at.toISOString(),
    duration_ms: durationMs,
    correlation_id: correlationId ?? null,
    request,
    response: response ?? null,
  }
}
