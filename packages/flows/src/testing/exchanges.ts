import type { FlowEvent } from '../assembly/deed.ts'
import { type ExchangeKind, exchangeKinds } from '../recording/exchange-kinds.ts'
import type { ExchangeHead } from '../recording/recorded-exchange.ts'

export const noon = Date.UTC(2026, 10, 22, 12)

/** So many seconds after noon. */
export const after = (seconds: number) => noon + seconds * 1000

const ofResourceServer: readonly ExchangeKind[] = [
  'challenge',
  'connect',
  'stream',
  'tool_call',
  'step_up',
  'refused_call',
  'refused_token',
]

const browserKinds: readonly ExchangeKind[] = ['authorize', 'interaction', 'resume']

interface Told extends Partial<Omit<ExchangeHead, 'id' | 'at' | 'kind'>> {
  /** Type and detail of events of the same request. */
  readonly events?: readonly Partial<FlowEvent>[]
}

/** What two servers record, written down: exchanges by second and kind, each with its events. */
export function recording() {
  const heads: ExchangeHead[] = []
  const events: FlowEvent[] = []
  function exchange(
    seconds: number,
    kind: ExchangeKind,
    { events: told = [], ...head }: Told = {},
  ) {
    const order = String(heads.length).padStart(4, '0')
    const correlationId = `c-${order}`
    const at = new Date(after(seconds))
    heads.push({
      id: `x-${order}`,
      at,
      durationMs: 5,
      server: ofResourceServer.includes(kind) ? 'resource-server' : 'authorization-server',
      kind,
      step: exchangeKinds[kind],
      method: 'POST',
      path: `/${kind}`,
      status: kind === 'challenge' ? 401 : 200,
      correlationId,
      address: '10.0.0.1',
      agent: browserKinds.includes(kind) ? 'browser' : 'client',
      clientId: undefined,
      grantId: undefined,
      personId: undefined,
      joins: [],
      ...head,
    })
    for (const [index, event] of told.entries()) {
      events.push({
        id: `e-${order}-${index}`,
        at,
        type: 'unknown',
        personId: null,
        clientId: null,
        grantId: null,
        correlationId,
        detail: {},
        ...event,
      })
    }
    return correlationId
  }
  return { heads, events, exchange }
}

export type Recording = ReturnType<typeof recording>

/** Names that tell two attempts apart, and how their clients look. */
interface Who {
  readonly name?: string
  readonly client?: string
  readonly agent?: string
  readonly address?: string
}

/** From the authorization request to the code, with sign in and consent. */
export function authorize({ exchange }: Recording, from: number, who: Who = {}) {
  const { name = 'a', client = 'app' } = who
  const flow = `flow-${name}`
  const about = { clientId: client }
  const opened = (prompt: string) => [
    { type: 'interaction.started', ...about, detail: { flow, prompt } },
  ]
  const page = (number: number) => `interaction:${name}${number}`
  exchange(from, 'authorize', {
    ...about,
    method: 'GET',
    status: 303,
    joins: [page(1)],
    events: opened('login'),
  })
  exchange(from + 1, 'interaction', { method: 'GET', joins: [page(1)] })
  exchange(from + 5, 'interaction', {
    status: 303,
    joins: [page(1)],
    events: [{ type: 'sign_in.succeeded', personId: 'prs', ...about, detail: { flow } }],
  })
  exchange(from + 6, 'resume', {
    method: 'GET',
    status: 303,
    joins: [page(1), page(2)],
    events: opened('consent'),
  })
  exchange(from + 7, 'interaction', { method: 'GET', joins: [page(2)] })
  exchange(from + 9, 'interaction', {
    status: 303,
    joins: [page(2)],
    events: [{ type: 'consent.granted', grantId: `grant-${name}`, ...about, detail: { flow } }],
  })
  exchange(from + 10, 'resume', {
    method: 'GET',
    status: 303,
    step: 'code',
    joins: [page(2), `code:${name}`],
    events: [
      { type: 'authorization.succeeded', grantId: `grant-${name}`, ...about, detail: { flow } },
    ],
  })
}

/** The client redeems its code. */
export function redeem({ exchange }: Recording, at: number, who: Who = {}) {
  const { name = 'a', client = 'app', agent = 'client', address = '10.0.0.1' } = who
  exchange(at, 'code_grant', {
    clientId: client,
    agent,
    address,
    joins: [`code:${name}`, `token:${name}`],
    events: [
      {
        type: 'token.issued',
        clientId: client,
        grantId: `grant-${name}`,
        detail: { grantType: 'authorization_code', audience: 'https://mcp' },
      },
    ],
  })
}

/** The client is at work. */
export function work({ exchange }: Recording, at: number, who: Who = {}) {
  const { name = 'a', client = 'app', agent = 'client', address = '10.0.0.1' } = who
  const about = { clientId: client, grantId: `grant-${name}`, personId: 'prs', agent, address }
  exchange(at, 'connect', about)
  exchange(at + 1, 'tool_call', about)
}

/** The client looks around. */
export function discover({ exchange }: Recording, at: number, who: Who = {}) {
  const { agent = 'client', address = '10.0.0.1' } = who
  exchange(at, 'challenge', { agent, address })
  exchange(at + 0.1, 'metadata', { agent, address, method: 'GET', path: '/prm' })
  exchange(at + 0.2, 'metadata', { agent, address, method: 'GET', path: '/asm' })
}
