import { findings } from '@neonpanel/doctor/catalogue'
import type { Animal } from './animal.ts'

const head = `# The zoo

Servers that are whole but for one thing, each a defect that somebody met or a rule that servers break, and what
\`neonpanel doctor\` names first at each of them. They are made in [e2e/zoo](../e2e/zoo) from this stack, most of them by a gate
that changes one thing on the way; a test has the doctor examine them all, and some healthy servers beside them: this stack, the
examples of the MCP SDK with and without authorization, the SDK behind oidc-provider, a bare server.

Generated from the animals; renew it with \`npm run readme\`.
`

/** The page `docs/zoo.md`. */
export function describeZoo(animals: readonly Animal[]): string {
  const rows = animals.map(({ id, title, source, named, signedIn }) =>
    [
      `\`${id}\`${signedIn ? ' ¹' : ''}`,
      title,
      `[${findings[named].title}](doctor.md#${named})`,
      `[${source.title}](${source.url})`,
    ].join(' | '),
  )
  return `${head}
${animals.length} animals; at those with ¹ somebody signs in.

| animal | what is wrong | what the doctor says first | from |
|---|---|---|---|
${rows.map((row) => `| ${row} |`).join('\n')}
`
}
