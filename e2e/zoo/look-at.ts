import { examine, type Report } from '@neonpanel/doctor/examine'
import type { Animal } from './animal.ts'
import type { ZooStack } from './zoo-stack.ts'

/** Has the doctor examine an animal; whatever was changed is as before afterwards. */
export async function lookAt(animal: Animal, zoo: ZooStack): Promise<Report> {
  const { defect, timeoutMs, signedIn } = animal
  const wish = { ...(timeoutMs !== undefined && { timeoutMs }) }
  if ('server' in defect) {
    await using server = await defect.server()
    return await examine(server.mcpUrl, { ...wish, ...(server.fetch && { fetch: server.fetch }) })
  }
  await using _ = await zoo.afflict(defect)
  return await examine(zoo.stack.mcpUrl, { ...wish, ...(signedIn && { signIn: zoo.signIn }) })
}

/** The first error, which should be what is wrong. */
export function firstError({ findings }: Report): string | undefined {
  return findings.find(({ level }) => level === 'error')?.id
}
