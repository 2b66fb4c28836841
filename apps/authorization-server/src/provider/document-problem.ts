import type { RefusalReason } from './refusal-reason.ts'

/** What is wrong with a client metadata document, or with the way to it. */
export class DocumentProblem extends Error {
  override readonly name = 'DocumentProblem'
  readonly reason: RefusalReason

  constructor(message: string, reason: RefusalReason) {
    super(message)
    this.reason = reason
  }
}

/** The problem behind a fetch that failed; a failure of the network itself by its code. */
export function documentReason(error: unknown): RefusalReason {
  const causes = causesOf(error)
  const problem = causes.find((one) => one instanceof DocumentProblem)
  if (problem) return problem.reason
  if (causes.some((one) => one instanceof SyntaxError)) {
    return { reason: 'document_not_json', got: 'text that is no JSON', expected: 'a JSON object' }
  }
  const codes = causes.map((one) => (one as { code?: unknown }).code)
  const code = codes.find((one) => typeof one === 'string')
  return {
    reason: 'document_unreachable',
    got: String(code ?? 'no answer'),
    expected: 'status 200',
  }
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = []
  for (let one = error; one instanceof Error && causes.length < 5; one = one.cause) causes.push(one)
  return causes
}
