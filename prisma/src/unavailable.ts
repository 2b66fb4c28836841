/** The database does not answer: stopped, unreachable, frozen or out of connections. Worth trying again later. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError'
}
