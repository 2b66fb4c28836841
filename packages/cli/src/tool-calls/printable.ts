import { stripVTControlCharacters } from 'node:util'

/** What a server says, without what would steer the terminal: escape sequences and control characters. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/(?![\n\t])\p{Cc}/gu, '')
}
