import { anyOf, noted, refused, value } from '../evidence.ts'
import { challengeParameter, header, member, text } from '../messages.ts'
import { mcp } from '../sources.ts'
import type { Cause } from '../verdict.ts'

/** Calls with a good token that are refused nevertheless. */
export const toolCauses: readonly Cause[] = [
  {
    id: 'insufficient_scope',
    title: 'The token lacks a scope, and the client did not ask for it',
    says: (evidence) =>
      `The call of ${value(evidence, 'tool') || 'a tool'} needs ${value(evidence, 'expected') || 'more scopes'}, and the token holds ${value(evidence, 'got') || 'fewer'}. The server named all of them in one challenge, and no new authorization followed.`,
    fix: () =>
      'In the client, send the person through sign-in again with the scope of the challenge (step-up), then repeat the call. The person grants it if their role holds it.',
    source: mcp('authorization#scope-challenge-handling'),
    find: (story) => {
      const told = noted('insufficient_scope')(story)
      const seen = anyOf(
        refused(({ request, response }) => {
          const challenge = header(response?.headers, 'www-authenticate')
          if (response?.status !== 403 || !challenge) return undefined
          const expected = challengeParameter(challenge, 'scope')
          const tool = text(member(member(request.body, 'params'), 'name')) ?? ''
          return { values: { tool, ...(expected && { expected }) } }
        }),
      )(story)
      if (!told || !seen) return seen ?? told
      return { ...seen, ...told, values: { ...seen.values, ...told.values } }
    },
  },
]
