import { fileURLToPath } from 'node:url'
import { writeMigration } from './write-migration.ts'

// `npm run migration -- <name>`: one migration per engine from what changed in prisma/schema.prisma. Works offline and
// without a database.

const name = (process.argv[2] ?? '').toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
if (name === '') {
  console.error('Usage: npm run migration -- <name>')
  process.exitCode = 2
} else {
  const workspace = fileURLToPath(new URL('../..', import.meta.url))
  console.log((await writeMigration(workspace, name, new Date())) ?? 'no change')
}
