import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

/** Whether Node.js, bundlers and TypeScript will find what a package says it has, as publint judges. Throws what is wrong. */
export async function checkPackage(folder: string): Promise<void> {
  const { messages, pkg } = await publint({ pkgDir: folder, strict: true })
  const problems = messages.map((message) => formatMessage(message, pkg, { color: false }))
  if (problems.length > 0)
    throw new Error(`The package is not fit to publish.\n${problems.join('\n')}`)
}
