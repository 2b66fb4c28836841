import type { ServerContext } from '../../context.ts'
import { findPerson, findPersonByEmail, type Person } from '../../people/directory.ts'
import { ApiRefusal } from './refusal.ts'

/**
 * The person whom a caller named by id or e-mail address.
 *
 * @param path of the member that names them
 * @throws ApiRefusal 400 when there is nobody
 */
export async function existingPerson(
  { database }: Pick<ServerContext, 'database'>,
  person: string,
  path = 'person',
): Promise<Person> {
  const found = person.includes('@')
    ? await findPersonByEmail(database, person)
    : await findPerson(database, person)
  if (found) return found
  const message = 'there is no such person'
  throw new ApiRefusal(400, 'invalid_request', `${path}: ${message}`, [{ path, message }])
}
