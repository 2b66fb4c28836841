/** Takes a stream of server-sent events apart, event by event. */
export function createEventSplitter() {
  let rest = Buffer.alloc(0)
  return {
    /** The events and comments that are complete now, each with its empty line. */
    take(chunk: Buffer): Buffer[] {
      rest = Buffer.concat([rest, chunk])
      const complete: Buffer[] = []
      for (let end = endOfFirst(rest); end > 0; end = endOfFirst(rest)) {
        complete.push(rest.subarray(0, end))
        rest = rest.subarray(end)
      }
      return complete
    },
    rest: () => rest,
  }
}

function endOfFirst(bytes: Buffer): number {
  const found = /\r\n\r\n|\n\n|\r\r/.exec(bytes.toString('latin1'))
  return found ? found.index + found[0].length : 0
}

/** Comments keep a connection alive and count for nothing. */
export function isEvent(block: Buffer): boolean {
  return /^(?!:)[a-z]+:/m.test(block.toString('latin1'))
}
