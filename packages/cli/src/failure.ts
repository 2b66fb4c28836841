/** The command was understood and did not succeed; the message is for the person at the keyboard. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  /** 1 = failed, 2 = misuse. */
  readonly exitCode: 1 | 2

  constructor(message: string, options: { exitCode?: 1 | 2; cause?: unknown } = {}) {
    const { exitCode = 1, cause } = options
    super(message, { cause })
    this.exitCode = exitCode
  }
}
