import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Reads a secret from standard input: in a terminal nothing of it shows; a pipe gives its first line. */
export async function askForSecret(
  question: string,
  tell: (text: string) => void,
): Promise<string> {
  const { stdin } = process
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = stdin.isTTY === true
  if (terminal) tell(question)
  const lines = createInterface({ input: stdin, output: hidden, terminal })
  try {
    return (await lines.question('')).trim()
  } finally {
    lines.close()
  }
}
