import { createHash } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import { appSecret as generatedSecret } from '@neonpanel/database/settings'
import { statement } from '@neonpanel/database/statement'
import { now } from '@neonpanel/process/clock'
import type { Config } from '../config.ts'
import type { IdentifiedSeed, KnownCompany } from './ids.ts'
import { parseSeedFile, readSeedText, SeedFileError } from './read.ts'
import { rowsOf } from './rows.ts'
import { seedSigningKeys } from './signing-keys.ts'

const findMark = statement('seed_file_mark', 'SELECT "value" FROM "Setting" WHERE "key" = $1')

const setMark = statement(
  'seed_file_set_mark',
  `INSERT INTO "Setting" ("key", "value") VALUES ($1, $2)
   ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"`,
)

const markKey = 'seed-file'

export type SeedFileOptions = Pick<Config, 'appSecrets' | 'accessTokenTtlSeconds'> & {
  readonly path: string
}

/**
 * Adds what a seed file holds to a database, once: what is there stays as it is, so that a restart changes nothing that an
 * administrator changed. A file with other contents is applied again, and adds what is new in it. Several processes may
 * do it at the same time.
 *
 * @param again also when this very file was applied before: after a reset
 * @throws SeedFileError with everything that is wrong with the file; then nothing was written
 */
export async function applySeedFile(
  database: Database,
  { path, appSecrets, accessTokenTtlSeconds }: SeedFileOptions,
  { again = false } = {},
): Promise<void> {
  const text = await readSeedText(path)
  const digest = createHash('sha256').update(text).digest('hex')
  const [mark] = await database.query<{ value: string }>(findMark, [markKey])
  if (!again && mark?.value === digest) return

  const { prisma } = database
  const known: KnownCompany[] = await prisma.company.findMany({ select: { id: true, name: true } })
  const seed = parseSeedFile(path, text, known)
  await refuseTakenAddresses(database, path, seed)
  const tables = await rowsOf(seed, known, now())
  await database.transaction(async (query, insertRows) => {
    for (const { table, rows } of tables) {
      const [first] = rows
      if (!first) continue
      const columns = Object.keys(first)
      const values = rows.map((row) => columns.map((column) => row[column] ?? null))
      await insertRows(table, columns, values)
    }
    await query(setMark, [markKey, digest])
  })
  const secrets = appSecrets ?? [await generatedSecret(database)]
  await seedSigningKeys({ database, appSecrets: secrets, accessTokenTtlSeconds }, seed.signingKeys)
}

/** An address is one person's: of the file, or who was there before. */
async function refuseTakenAddresses(
  { prisma }: Database,
  path: string,
  { people }: IdentifiedSeed,
): Promise<void> {
  const there = await prisma.person.findMany({
    where: { email: { in: people.map(({ email }) => email) } },
    select: { id: true, email: true },
  })
  const problems = people.flatMap(({ id, email }, index) => {
    const other = there.find((one) => one.email === email && one.id !== id)
    return other
      ? [`people[${index}].email ${email} is that of ${other.id}, who is there already`]
      : []
  })
  if (problems.length > 0) throw new SeedFileError(path, problems)
}
