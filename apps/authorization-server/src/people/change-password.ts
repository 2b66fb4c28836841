import type { Database } from '@neonpanel/database/open'
import type { Person } from './directory.ts'
import { hashPassword } from './passwords.ts'
import { signIn } from './sign-in.ts'

/** Characters, as Unicode counts them. */
export const shortestPassword = 12

/** Bounds the work of hashing; nobody's password manager makes longer ones. */
const longestPassword = 256

/** Below it a password is a pattern, however long. */
const fewestDifferentCharacters = 5

export type PasswordRule =
  | 'too_short'
  | 'too_long'
  | 'too_uniform'
  | 'contains_email'
  | 'same_as_current'
  | 'not_repeated'

export interface PasswordChange {
  readonly current: string
  readonly wanted: string
  readonly repeated: string
  /** Where the request comes from; wrong passwords are counted as at sign-in. */
  readonly address: string
}

export type PasswordChanged =
  | { ok: true }
  | { ok: false; reason: PasswordRule }
  | { ok: false; reason: 'wrong_password'; attemptsLeft: number }
  | { ok: false; reason: 'too_many_attempts'; retryAfterSeconds: number }
  | { ok: false; reason: 'changed_meanwhile' }

/**
 * Gives a person another password, if they know the one they have: counted, paused and timed exactly as a sign-in. Rules are
 * judged before it, from what the person typed alone.
 */
export async function changePassword(
  { prisma }: Pick<Database, 'prisma'>,
  { id, email }: Pick<Person, 'id' | 'email'>,
  { current, wanted, repeated, address }: PasswordChange,
): Promise<PasswordChanged> {
  const broken = brokenRule(wanted, { email, current, repeated })
  if (broken) return { ok: false, reason: broken }
  const before = await prisma.person.findUniqueOrThrow({
    where: { id },
    select: { passwordHash: true },
  })
  const known = await signIn({ prisma }, { email, password: current, address })
  if (!known.ok) return refusalOf(known)
  // Of two at the same moment one wins, and the other learns that its "current" password is none any more.
  const { count } = await prisma.person.updateMany({
    where: { id, ...before },
    data: { passwordHash: await hashPassword(wanted) },
  })
  return count > 0 ? { ok: true } : { ok: false, reason: 'changed_meanwhile' }
}

/** The first rule that a new password breaks. */
export function brokenRule(
  wanted: string,
  { email, current, repeated }: { email: string; current: string; repeated: string },
): PasswordRule | undefined {
  const characters = [...wanted.normalize('NFKC')]
  if (characters.length < shortestPassword) return 'too_short'
  if (characters.length > longestPassword) return 'too_long'
  if (new Set(characters).size < fewestDifferentCharacters) return 'too_uniform'
  const [mailbox = ''] = email.split('@')
  const namesMailbox = mailbox.length >= 5 && wanted.toLowerCase().includes(mailbox.toLowerCase())
  if (namesMailbox) return 'contains_email'
  if (wanted.normalize('NFKC') === current.normalize('NFKC')) return 'same_as_current'
  return wanted === repeated ? undefined : 'not_repeated'
}

function refusalOf(
  refused: Exclude<Awaited<ReturnType<typeof signIn>>, { ok: true }>,
): PasswordChanged {
  switch (refused.reason) {
    case 'wrong_credentials':
      return { ok: false, reason: 'wrong_password', attemptsLeft: refused.attemptsLeft }
    case 'too_many_attempts':
      return refused
    case 'suspended':
      // Suspended since the page was opened: the next request asks to sign in.
      return { ok: false, reason: 'changed_meanwhile' }
  }
}
