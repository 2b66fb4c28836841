import type { Stack } from '@neonpanel/stack'
import { onPostgresql } from './stack.ts'

/** Every value of every column of every table, as text: what a thief of the database would read. */
export async function storedText({ database: { prisma } }: Stack): Promise<string> {
  const tables = await prisma.$queryRawUnsafe<{ name: string }[]>(
    onPostgresql()
      ? "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
      : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  )
  const contents: string[] = []
  for (const { name } of tables) {
    const rows = await prisma.$queryRawUnsafe<Record<string, unknown>[]>(`SELECT * FROM "${name}"`)
    for (const row of rows) contents.push(...Object.values(row).map(String))
  }
  return contents.join('\n')
}
