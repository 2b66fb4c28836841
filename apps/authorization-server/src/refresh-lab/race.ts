/** In which order simultaneous refreshes go on: numbers are those of arrival, from 1. */
export type RaceOrder = 'arrival' | 'reverse' | 'together' | readonly number[]

/** One refresh that is held. */
export interface Contender {
  readonly refreshToken: string
  readonly clientId: string | undefined
}

export interface RaceAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** What came of one refresh of a race. Tokens stay in this process's memory until the next race or reset. */
export interface RaceEntry extends Contender {
  /** From 1. */
  readonly arrived: number
  /** As how many-th it was answered; undefined while it is held. */
  readonly finished: number | undefined
  readonly answer: RaceAnswer | undefined
}

export interface Barrier {
  readonly count: number
  readonly order: RaceOrder
  /** Whether it holds whoever comes next. */
  isWaiting(): boolean
  /** Whether everybody was answered, and whether it was opened before all were there. */
  state(): 'waiting' | 'releasing' | 'done' | 'incomplete'
  entries(): readonly RaceEntry[]
  /** Waits for one's turn. @returns what is to be told when the answer is there */
  arrive(contender: Contender): Promise<(answer: RaceAnswer) => void>
  /** Lets everybody who waits go on, at once. */
  open(): void
}

interface Held extends Contender {
  readonly arrived: number
  finished: number | undefined
  answer: RaceAnswer | undefined
  readonly turn: PromiseWithResolvers<void>
  readonly end: PromiseWithResolvers<void>
}

/**
 * Starts to hold refreshes. When all are there they go on one after the other, each after the answer of the one before;
 * `together`: all in the same moment, and the database decides. Nobody waits for longer than `timeoutMs`: then whoever is
 * there goes on.
 */
export function startBarrier({
  count,
  order,
  timeoutMs,
}: {
  count: number
  order: RaceOrder
  timeoutMs: number
}): Barrier {
  const held: Held[] = []
  let isReleased = false
  let isIncomplete = false
  let answered = 0
  let timer: NodeJS.Timeout | undefined

  const release = async () => {
    isReleased = true
    clearTimeout(timer)
    if (order === 'together' || isIncomplete) {
      for (const one of held) one.turn.resolve()
      return
    }
    for (const one of inOrder(held, order)) {
      one.turn.resolve()
      await one.end.promise
    }
  }
  const open = () => {
    if (isReleased) return
    isIncomplete = true
    void release()
  }
  return {
    count,
    order,
    open,
    isWaiting: () => !isReleased,
    state() {
      if (!isReleased) return 'waiting'
      if (isIncomplete) return 'incomplete'
      return held.every(({ answer }) => answer) ? 'done' : 'releasing'
    },
    entries: () => held,
    async arrive(contender) {
      const one: Held = {
        ...contender,
        arrived: held.length + 1,
        finished: undefined,
        answer: undefined,
        turn: Promise.withResolvers(),
        end: Promise.withResolvers(),
      }
      held.push(one)
      timer ??= setTimeout(open, timeoutMs).unref()
      if (held.length === count) void release()
      await one.turn.promise
      return (answer) => {
        answered += 1
        one.finished = answered
        one.answer = answer
        one.end.resolve()
      }
    },
  }
}

function inOrder(held: readonly Held[], order: Exclude<RaceOrder, 'together'>): readonly Held[] {
  if (order === 'arrival') return held
  if (order === 'reverse') return held.toReversed()
  return order.flatMap((arrived) => held[arrived - 1] ?? [])
}
