import { digestOfPlan, type ItemChange } from '../ledger/import-plan.ts'
import type { ImportRow } from '../ledger/import-rows.ts'
import {
  commitImport,
  earlierImport,
  type ImportRequest,
  previewImport,
} from '../ledger/imports.ts'
import {
  askPerson,
  type Question,
  type ToolContext,
  type ToolError,
  toolError,
} from '../mcp/tool.ts'
import {
  auditDetail,
  type CountedImport,
  describeCommitted,
  type ImportAnswer,
  questionAbout,
  refuseImport,
} from './import-answer.ts'

type Outcome = ImportAnswer | ToolError | Question

interface WantedImport extends CountedImport {
  readonly rows: readonly ImportRow[]
  readonly idempotencyKey: string
}

/**
 * Writes an import, once the person has agreed to its very changes where the client can ask them. A key that was used
 * answers what it did, and nobody is asked again.
 */
export async function writeImport(wanted: WantedImport, context: ToolContext): Promise<Outcome> {
  const { database, person } = context
  const { personId, clientId, correlationId } = context
  const request: ImportRequest = { ...wanted, personId, clientId, correlationId }
  const earlier = await earlierImport<ImportAnswer>(database, request)
  if (earlier) return earlier.ok ? earlier.answer : keyInUse
  if (!person.canAsk) return commit(wanted, request, context, undefined)
  if (!person.answer) {
    const { changes, problems } = await previewImport(database, wanted.company, wanted.rows)
    return problems.length > 0 ? refuseImport(problems) : ask(wanted, changes)
  }
  if (person.answer.action !== 'accept') return toolError(notAgreed[person.answer.action])
  return commit(wanted, request, context, person.answer.subject)
}

function ask(wanted: CountedImport, changes: readonly ItemChange[]): Question {
  return askPerson(questionAbout(wanted, changes), digestOfPlan(changes))
}

/** @param agreedPlan undefined when nobody was asked */
async function commit(
  wanted: CountedImport,
  request: ImportRequest,
  context: ToolContext,
  agreedPlan: string | undefined,
): Promise<Outcome> {
  const confirmedBy = agreedPlan === undefined ? 'client' : 'person'
  const committed = await commitImport<ImportAnswer>(context.database, request, {
    agreedPlan,
    watch: context,
    describe: (importId, changes) => {
      const answer = describeCommitted(wanted, importId, changes)
      return { answer, detail: auditDetail(answer, confirmedBy) }
    },
  })
  if (committed.ok) return committed.answer
  if (committed.reason === 'problems') return refuseImport(committed.problems)
  if (committed.reason === 'other_changes') return ask(wanted, committed.changes)
  return keyInUse
}

const keyInUse = toolError(
  'That idempotency_key was used for an import of other rows. Choose a new key for a new import.',
)

const notAgreed = {
  decline:
    'The person declined the import, so nothing was written. Ask what to change; calling again asks them again.',
  cancel:
    'The person left the question unanswered, so nothing was written. Ask whether they still want the import; calling again asks them again.',
}
