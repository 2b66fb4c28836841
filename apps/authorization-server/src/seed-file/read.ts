import { readFile } from 'node:fs/promises'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import {
  type IdentifiedSeed,
  type KnownCompany,
  problemsBetween,
  type SeedProblem,
  withIds,
} from './ids.ts'
import { seedFileSchema } from './schema.ts'

/** Everything that is wrong with a seed file, at once, each with its line where there is one. */
export class SeedFileError extends Error {
  override readonly name = 'SeedFileError'
  readonly problems: readonly string[]
  /** Says that this is for whoever wrote the file, not a defect. */
  readonly advice = 'docs/testing/seed-file.md describes the format.'

  constructor(path: string, problems: readonly string[]) {
    super(
      [`The seed file ${path} is not usable:`, ...problems.map((line) => `  ${line}`)].join('\n'),
    )
    this.problems = problems
  }
}

/** The text of a seed file. */
export async function readSeedText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new SeedFileError(path, [`it cannot be read (${code})`])
  }
}

/**
 * Reads a seed file, JSON or YAML, of which JSON is a part.
 *
 * @param known companies that people may have roles in besides those of the file
 * @throws SeedFileError with every problem
 */
export function parseSeedFile(
  path: string,
  text: string,
  known: readonly KnownCompany[],
): IdentifiedSeed {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    const told = document.errors.map(
      ({ message, pos }) => `line ${lines.linePos(pos[0]).line}: ${message}`,
    )
    throw new SeedFileError(path, told)
  }
  const located = (problem: SeedProblem) => tell(problem, document, lines)
  const judged = seedFileSchema.safeParse(document.toJS() ?? {})
  if (!judged.success) {
    throw new SeedFileError(path, judged.error.issues.flatMap(problemsOf).map(located))
  }
  const seed = withIds(judged.data)
  const problems = problemsBetween(seed, known)
  if (problems.length > 0) throw new SeedFileError(path, problems.map(located))
  return seed
}

/** Members that nobody knows are told each by itself. */
function problemsOf(issue: {
  readonly code: string
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly keys?: readonly string[]
}): SeedProblem[] {
  if (issue.code !== 'unrecognized_keys' || !issue.keys) return [issue]
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    message: 'there is no such member',
  }))
}

function tell(
  { path, message }: SeedProblem,
  document: Document.Parsed,
  lines: LineCounter,
): string {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
  const line = lineOf(path, document, lines)
  const where = place.join('').replace(/^\./, '')
  return `${line === undefined ? '' : `line ${line}: `}${where ? `${where} ` : ''}${message}`
}

/** Of the value, or of what it should be in. */
function lineOf(path: readonly PropertyKey[], document: Document.Parsed, lines: LineCounter) {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return undefined
}
