import type { FlowStep } from '../story.ts'

/** What a recorded request asked for, and the step of a flow that it belongs to as far as it tells by itself. */
export const exchangeKinds = {
  /** A request to the MCP server without a token, and the 401 that sends the client on its way. */
  challenge: 'discovery',
  metadata: 'discovery',
  /** CORS asks whether a page may send what it wants to send. */
  preflight: 'discovery',
  register: 'register',
  /** RFC 9126. */
  push: 'authorize',
  authorize: 'authorize',
  /** RFC 8628: the device's request, and the page where a person types its code. */
  device: 'authorize',
  device_page: 'authorize',
  /** A page of sign in or consent, or its form. */
  interaction: 'sign_in',
  /** From a page back to the authorization request, which ends in a code or at the next page. */
  resume: 'authorize',
  code_grant: 'token',
  refresh_grant: 'token',
  client_grant: 'token',
  device_grant: 'token',
  other_grant: 'token',
  /** `initialize`, `server/discover`, or whatever a client sends first. */
  connect: 'connect',
  /** GET of the MCP endpoint. */
  stream: 'connect',
  tool_call: 'tool_call',
  /** 403 `insufficient_scope` to a good token. */
  step_up: 'tool_call',
  /** A good token, and a request that was refused nevertheless. */
  refused_call: 'connect',
  /** A token that was not accepted. */
  refused_token: 'connect',
} as const satisfies Record<string, FlowStep>

export type ExchangeKind = keyof typeof exchangeKinds
