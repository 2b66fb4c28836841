import { chapters } from './catalogue.ts'
import { nameOfSource } from './sources.ts'
import type { Cause } from './verdict.ts'

const head = `# Verdicts

What a flow says of an attempt to connect that did not go well: the causes that are recognised, what each means, who does what about it, and where the rule stands. The console shows the verdict in the step that failed; \`GET /console/api/flows/:id\` has it as \`verdict\`, and the cause by the name below.

The first cause that fits is told, from the top of this page down. Values of the attempt itself stand in place of the general words here.

This page is generated from the catalogue in packages/flows/src/verdicts; a test fails when it is stale.
`

/** docs/verdicts.md. */
export function verdictsDocument(): string {
  const parts = Object.entries(chapters).map(
    ([chapter, causes]) => `## ${chapter}\n\n${causes.map(section).join('\n\n')}\n`,
  )
  return [head, ...parts].join('\n')
}

/** In the words that hold where nothing is known about the attempt. */
function section(cause: Cause): string {
  const evidence = { step: 'discovery' } as const
  const { id, title, source } = cause
  const advice = cause.isAdvisory ? ' Also told of attempts that completed.' : ''
  return `### ${id}

**${title}.** ${cause.says(evidence)}${advice}

What to do: ${cause.fix(evidence)}

Source: [${nameOfSource(source)}](${source}).`
}
