import type { Database } from '@neonpanel/database/open'
import { normalizedEmail } from './directory.ts'
import { verifyNobodysPassword, verifyPassword } from './passwords.ts'
import { signInThrottle } from './throttle.ts'

export interface Credentials {
  readonly email: string
  readonly password: string
  /** Where the request comes from; wrong passwords are counted per account and address. */
  readonly address: string
}

export type SignIn =
  | { ok: true; personId: string }
  | { ok: false; reason: 'wrong_credentials'; attemptsLeft: number }
  | { ok: false; reason: 'too_many_attempts'; retryAfterSeconds: number }
  | { ok: false; reason: 'suspended'; personId: string }

/**
 * Decides whether somebody is who they say. The answer and its time are the same for an unknown email and a wrong
 * password; that an account is suspended is told only to who knows its password.
 */
export async function signIn(
  database: Pick<Database, 'prisma'>,
  { email, password, address }: Credentials,
): Promise<SignIn> {
  const throttle = signInThrottle(database, email, address)
  const attempt = await throttle.attempt()
  if (!attempt.ok) return { ...attempt, reason: 'too_many_attempts' }

  const person = await database.prisma.person.findUnique({
    where: { email: normalizedEmail(email) },
    select: { id: true, passwordHash: true, suspendedAt: true },
  })
  const right = person
    ? await verifyPassword(password, person.passwordHash)
    : await verifyNobodysPassword(password)
  if (!person || !right) {
    const left = await throttle.failed()
    return left.ok
      ? { ok: false, reason: 'wrong_credentials', attemptsLeft: left.attemptsLeft }
      : { ...left, reason: 'too_many_attempts' }
  }

  await throttle.succeeded()
  return person.suspendedAt
    ? { ok: false, reason: 'suspended', personId: person.id }
    : { ok: true, personId: person.id }
}
