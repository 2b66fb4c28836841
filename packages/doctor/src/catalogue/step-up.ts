import type { FindingDefinition } from '../finding.ts'
import { clientsThat } from './persona-groups.ts'
import {
  appsSdkAuthentication,
  claudeAuthentication,
  mcpNewest,
  rfc,
  scopeChallenges,
  thread,
} from './sources.ts'

const newestChallenges = mcpNewest(
  'basic/authorization#scope-challenge-handling',
  'Authorization, scope challenges',
)

/** They take the scope that they ask for from the challenge. */
const steppingUp = clientsThat(({ authorization }) => authorization.scope.includes('challenge'))

export const stepUpFindings = {
  step_up_not_tried: {
    area: 'step_up',
    level: 'note',
    title: 'It was not seen how the server asks for more scope',
    why: 'The token lacks scopes that the server has, but no tool that only reads says that it needs one of them. Nothing else is called.',
    breaks: [],
    fix: 'Nothing to mend. With securitySchemes on each tool clients, and the doctor, know which scope a call needs; lacking: {got}.',
    sources: [scopeChallenges, appsSdkAuthentication],
  },
  scope_not_enforced: {
    area: 'step_up',
    level: 'error',
    title: 'A tool answers though the token lacks its scope',
    why: 'The tool says which scope it needs, and serves without: whoever was granted less reads what nobody agreed to.',
    breaks: [],
    fix: 'Check the scope of the token before {where} runs; it needs {expected}, the token holds {got}.',
    sources: [scopeChallenges, rfc(6750, '3.1')],
  },
  step_up_401: {
    area: 'step_up',
    level: 'error',
    title: 'Missing scope is answered with 401',
    why: '401 says that the token is bad. Clients renew it or sign in again for the same scope, are answered 401 again, and loop.',
    breaks: 'every client',
    fix: 'Answer 403 with WWW-Authenticate: Bearer error="insufficient_scope", scope="{expected}", resource_metadata="…"; got {got}.',
    sources: [scopeChallenges, rfc(6750, '3.1')],
  },
  step_up_in_result: {
    area: 'step_up',
    level: 'warning',
    title: 'Missing scope is told in the text of a result',
    why: 'Clients ask their person for more scope on HTTP 403 insufficient_scope. On 200 they show an error, and nobody is asked. ChatGPT alone reads _meta["mcp/www_authenticate"] of a result.',
    breaks: steppingUp,
    fix: 'Check scopes before the call is dispatched and answer HTTP 403 with the challenge; {where} answered {got}.',
    sources: [scopeChallenges, appsSdkAuthentication, thread('metabase/metabase', 82452)],
  },
  step_up_status_wrong: {
    area: 'step_up',
    level: 'error',
    title: 'Missing scope is answered with another status than 403',
    why: 'Clients ask for more scope on 403 and on nothing else.',
    breaks: 'every client',
    fix: 'Answer 403 with WWW-Authenticate: Bearer error="insufficient_scope"; {where} answered {got}.',
    sources: [scopeChallenges, rfc(6750, '3.1')],
  },
  step_up_challenge_missing: {
    area: 'step_up',
    level: 'error',
    title: 'The 403 does not say insufficient_scope',
    why: 'Without WWW-Authenticate: Bearer error="insufficient_scope" a 403 is a refusal for ever. Claude takes any other 403 for a broken server.',
    breaks: 'every client',
    fix: 'Add WWW-Authenticate: Bearer error="insufficient_scope", scope="{expected}", resource_metadata="…" to the 403; got {got}.',
    sources: [scopeChallenges, rfc(6750, '3.1'), claudeAuthentication],
  },
  step_up_scope_missing: {
    area: 'step_up',
    level: 'warning',
    title: 'The 403 does not say which scope is missing',
    why: 'The client has to guess what to ask its person for: it asks for everything, or for the same again.',
    breaks: steppingUp,
    fix: 'Add scope="{expected}" to the challenge.',
    sources: [scopeChallenges, rfc(6750, '3')],
  },
  step_up_scope_partial: {
    area: 'step_up',
    level: 'warning',
    title: 'The 403 names only a part of the scope that the call needs',
    why: 'A client asks for exactly what the challenge names. One that drops what it had is then refused for the other part, and goes back and forth.',
    breaks: steppingUp,
    fix: 'Name every scope that the call needs in one challenge, those of the token too: scope="{expected}"; got {got}.',
    sources: [newestChallenges, thread('metabase/metabase', 82527)],
  },
  step_up_metadata_missing: {
    area: 'step_up',
    level: 'warning',
    title: 'The 403 does not name the metadata',
    why: 'A client that steps up begins discovery again, from resource_metadata of the challenge.',
    breaks: [],
    fix: 'Add resource_metadata="…" to the 403 as to the 401; got {got}.',
    sources: [scopeChallenges],
  },
} as const satisfies Record<string, FindingDefinition>
