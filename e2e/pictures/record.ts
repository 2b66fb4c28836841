import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Stack, startStack } from '@neonpanel/stack'
import { runBinary } from 'neonpanel/testing/binary'
import { repository } from '../harness/process.ts'
import { terminalPicture } from './terminal-picture.ts'

/** A recorded run of the real program at a stack that stands where `npm start` puts it. */
interface Picture {
  /** The file is `docs/pictures/<name>.svg`. */
  readonly name: string
  /** What is typed after `npx neonpanel`. */
  readonly words: readonly string[]
  /** What has to be so before. */
  readonly prepare?: (stack: Stack) => Promise<void>
}

const columns = 96

const pictures: readonly Picture[] = [
  { name: 'connect', words: ['connect', '--as', 'cursor', 'http://localhost:4401/mcp'] },
]

const environment = { DATA_DIR: 'memory', LOG_LEVEL: 'silent' }
const stack = await startStack({ environment })
try {
  for (const picture of pictures) await record(picture)
} finally {
  await stack.stop()
}

async function record({ name, words, prepare }: Picture): Promise<void> {
  await prepare?.(stack)
  const { out } = await runBinary(words, {
    environment: { FORCE_COLOR: '1', COLUMNS: String(columns) },
  })
  const folder = join(repository, 'docs', 'pictures')
  mkdirSync(folder, { recursive: true })
  const command = ['npx neonpanel', ...words].join(' ')
  writeFileSync(join(folder, `${name}.svg`), terminalPicture(command, out, columns))
}
