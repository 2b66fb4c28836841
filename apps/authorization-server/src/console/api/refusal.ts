import type { ZodError } from 'zod'

/** One thing that is wrong with a request: where, in dotted form, and what. */
export interface Problem {
  readonly path: string
  readonly message: string
}

/** Ends a request to the admin API with a JSON error; thrown by its routes, answered in api.ts. */
export class ApiRefusal extends Error {
  readonly status: number
  /** Machine-readable reason: the `error` member. */
  readonly code: string
  readonly problems: readonly Problem[]

  constructor(
    status: number,
    code: string,
    description: string,
    problems: readonly Problem[] = [],
  ) {
    super(description)
    this.name = 'ApiRefusal'
    this.status = status
    this.code = code
    this.problems = problems
  }
}

export function notFound(what: string): ApiRefusal {
  return new ApiRefusal(404, 'not_found', `There is no such ${what}.`)
}

/** Every problem that a schema found, at once. */
export function invalidRequest(error: ZodError): ApiRefusal {
  const problems = error.issues.flatMap(problemsOf)
  const summary = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message))
  return new ApiRefusal(400, 'invalid_request', summary.join('; '), problems)
}

function problemsOf(issue: ZodError['issues'][number]): Problem[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: issue.path.join('.'), message: issue.message }]
  }
  return issue.keys.map((key) => ({
    path: [...issue.path, key].join('.'),
    message: 'is not known',
  }))
}
