import { type Answer, NoAnswer } from '../ask.ts'

/** The answer; undefined when none came, where another check already tells that. */
export async function attempted(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof NoAnswer) return undefined
    throw error
  }
}
