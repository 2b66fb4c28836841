import { sentencesOf } from './requirement.ts'

/** CONTRACT section 6: what an administrator's scripts rely on. */
export const contractAdminApi = sentencesOf('CONTRACT', '6', {
  'contract-6-bearer':
    'The admin API takes Authorization: Bearer ADMIN_TOKEN, and nothing without it.',
  'contract-6-paths':
    'Initial access tokens, clients, people, grants, keys, audit and flows have the listed methods and paths.',
  'contract-6-test-controls':
    'Faults, clock, reset, tokens and requests are there with TEST_CONTROLS, and only then.',
  'contract-6-people': 'PATCH /people/:id takes suspended or roles by company id.',
  'contract-6-mint':
    'POST /initial-access-tokens answers 201 with initial_access_token, jti, expires_at, max_uses and registration_endpoint.',
  'contract-6-flows':
    'GET /flows tells every attempt to connect a client as one flow across both servers, GET /flows/:id with all of its exchanges.',
  'contract-6-flows-apart':
    'Attempts of several clients, retries, refreshes and step-ups are flows of their own.',
  'contract-6-flows-secrets':
    'No secret of a flow is kept or exported: its kind and length stand in its place.',
  'contract-6-flows-live':
    'GET /flows/events tells of new and changed flows as they happen, to the admin token or to an administrator’s session.',
  'contract-6-flows-bounded':
    'Recorded exchanges are bounded by age and by number, and ordinary tool calls are not among them.',
})
