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
})
