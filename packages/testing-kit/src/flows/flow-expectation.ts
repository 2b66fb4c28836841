import {
  type FlowExchange,
  type FlowInFull,
  type FlowStatus,
  type FlowStep,
  flowSteps,
} from './flow.ts'

/** A flow is not what a test expected of it; the message has what was got, what was expected, and the story so far. */
export class FlowExpectationError extends Error {
  override readonly name = 'FlowExpectationError'
  readonly got: unknown
  readonly expected: unknown

  constructor(message: string, { got, expected }: { got: unknown; expected: unknown }) {
    super(message)
    this.got = got
    this.expected = expected
  }
}

/**
 * What a test expects of a flow, one after the other; `await` looks at the flow once and gives it. Whoever forgets to
 * await learns of what does not hold as an unhandled rejection, which every test runner reports.
 */
export interface FlowExpectation extends PromiseLike<FlowInFull> {
  /** The authorization request carried a code challenge of this method (RFC 7636), and the code was not redeemed without a verifier. */
  toHaveUsedPkce(method?: 'S256' | 'plain'): FlowExpectation
  /** The authorization request and, once it was sent, the token request carried this `resource` (RFC 8707). */
  toHaveSentResource(resource: string): FlowExpectation
  /** The authorization request asked for exactly these scopes, in any order; space-delimited. */
  toHaveRequestedScope(scope: string): FlowExpectation
  /** The flow got as far as this step, or further. */
  toHaveReached(step: FlowStep): FlowExpectation
  toHaveStatus(status: FlowStatus): FlowExpectation
  /** The flow is diagnosed with this cause; `null` = with none. */
  toHaveVerdict(cause: string | null): FlowExpectation
}

type Check = (flow: FlowInFull) => void

/** @param find looks the flow up; called once, when the chain is complete */
export function expectFlow(find: () => Promise<FlowInFull>): FlowExpectation {
  const checks: Check[] = []
  // In the next turn: by then the chain is complete.
  const judged = Promise.resolve().then(async () => {
    const flow = await find()
    for (const check of checks) check(flow)
    return flow
  })
  const also = (check: Check): FlowExpectation => {
    checks.push(check)
    return expectation
  }
  const expectation: FlowExpectation = {
    toHaveUsedPkce: (method = 'S256') => also((flow) => usedPkce(flow, method)),
    toHaveSentResource: (resource) => also((flow) => sentResource(flow, resource)),
    toHaveRequestedScope: (scope) => also((flow) => requestedScope(flow, scope)),
    toHaveReached: (step) => also((flow) => reached(flow, step)),
    toHaveStatus: (status) =>
      also((flow) => same(flow, 'the status of the flow', flow.status, status)),
    toHaveVerdict: (cause) => also((flow) => hasVerdict(flow, cause)),
    // biome-ignore lint/suspicious/noThenProperty: awaiting the chain is what judges it
    then: (fulfilled, rejected) => judged.then(fulfilled, rejected),
  }
  return expectation
}

function usedPkce(flow: FlowInFull, method: string): void {
  const request = authorizationRequest(flow)
  const sent = request.has('code_challenge')
    ? (request.get('code_challenge_method') ?? 'plain')
    : undefined
  same(flow, 'code_challenge_method of the authorization request', sent, method)
  const redemption = tokenRequest(flow)
  if (redemption && !redemption.has('code_verifier')) {
    same(flow, 'code_verifier of the token request', undefined, 'one')
  }
}

function sentResource(flow: FlowInFull, resource: string): void {
  same(
    flow,
    'resource of the authorization request',
    authorizationRequest(flow).get('resource') ?? undefined,
    resource,
  )
  const redemption = tokenRequest(flow)
  if (!redemption) return
  same(flow, 'resource of the token request', redemption.get('resource') ?? undefined, resource)
}

function requestedScope(flow: FlowInFull, scope: string): void {
  const sorted = (text: string) => text.split(' ').filter(Boolean).sort().join(' ')
  const requested = sorted(authorizationRequest(flow).get('scope') ?? '')
  same(flow, 'scope of the authorization request', requested, sorted(scope))
}

function reached(flow: FlowInFull, step: FlowStep): void {
  if (flowSteps.indexOf(flow.step) >= flowSteps.indexOf(step)) return
  fail(flow, 'the step that the flow reached', flow.step, `${step} or further`)
}

function hasVerdict(flow: FlowInFull, cause: string | null): void {
  same(flow, 'the verdict on the flow', flow.verdict?.cause ?? null, cause)
}

/** Parameters of the authorization request, from its query or form, or pushed. */
function authorizationRequest(flow: FlowInFull): URLSearchParams {
  const pushed = flow.exchanges.find(({ request }) => pathOf(request.url).endsWith('/par'))
  if (pushed) return formOf(pushed)
  const asked = flow.exchanges.find(({ request }) => pathOf(request.url).endsWith('/authorize'))
  if (!asked) return fail(flow, 'the authorization request', undefined, 'one')
  const query = new URL(asked.request.url, 'http://any').searchParams
  return query.size > 0 ? query : formOf(asked)
}

/** Parameters of the request that redeemed the code; undefined when nobody tried. */
function tokenRequest(flow: FlowInFull): URLSearchParams | undefined {
  return flow.exchanges
    .filter(({ request }) => pathOf(request.url).endsWith('/token'))
    .map(formOf)
    .find((form) => form.get('grant_type') === 'authorization_code')
}

const pathOf = (url: string) => url.split('?')[0] ?? ''

/** A form as text or as an object; what was secret in it is a description, and present all the same. */
function formOf({ request: { body } }: FlowExchange): URLSearchParams {
  if (typeof body === 'string') return new URLSearchParams(body)
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries((body ?? {}) as Record<string, unknown>)) {
    for (const one of [value].flat()) form.append(name, String(one))
  }
  return form
}

function same(flow: FlowInFull, what: string, got: unknown, expected: unknown): void {
  if (got !== expected) fail(flow, what, got, expected)
}

function fail(flow: FlowInFull, what: string, got: unknown, expected: unknown): never {
  const lines = [
    `Expected ${what} to be ${show(expected)}`,
    `  expected: ${show(expected)}`,
    `  got:      ${show(got)}`,
    '',
    tell(flow),
  ]
  throw new FlowExpectationError(lines.join('\n'), { got, expected })
}

const show = (value: unknown) => (value === undefined ? 'nothing' : String(value))

/** The story so far, for whoever reads a failure. */
function tell({ id, status, step, client_id, exchanges, notes, verdict }: FlowInFull): string {
  return [
    `Flow ${id} of ${client_id ?? 'an unknown client'}: ${status} at ${step}`,
    ...exchanges.map(
      ({ step, request, response }) =>
        `  ${step.padEnd(10)} ${request.method} ${pathOf(request.url)} → ${response?.status ?? 'no answer'}`,
    ),
    ...notes.map(
      ({ step, reason, got, expected }) =>
        `  ${step.padEnd(10)} ${reason}${got === undefined ? '' : ` got ${got}`}${expected === undefined ? '' : `, expected ${expected}`}`,
    ),
    ...(verdict ? [`  verdict: ${verdict.cause}. ${verdict.says} ${verdict.fix}`] : []),
  ].join('\n')
}
