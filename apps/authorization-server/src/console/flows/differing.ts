import { type Html, html } from '../../web/html.ts'

/** A value cut into what it has in common with another one, and what it has not. */
export interface Cut {
  readonly before: string
  readonly differs: string
  readonly after: string
}

const isOfWord = (character: string | undefined) =>
  character !== undefined && /[\w.-]/.test(character)

/** Where two values differ, by whole words: `http://` + `localhost` + `:52731/callback`. */
export function differing(got: string, expected: string): readonly [Cut, Cut] {
  const shorter = Math.min(got.length, expected.length)
  let start = 0
  while (start < shorter && got[start] === expected[start]) start += 1
  let end = 0
  while (end < shorter - start && got.at(-1 - end) === expected.at(-1 - end)) end += 1
  const [endOfGot, endOfExpected] = [got.length - end, expected.length - end]
  if (isOfWord(got[start]) || isOfWord(expected[start])) {
    while (start > 0 && isOfWord(got[start - 1])) start -= 1
  }
  if (isOfWord(got[endOfGot - 1]) || isOfWord(expected[endOfExpected - 1])) {
    while (end > 0 && isOfWord(got.at(-end))) end -= 1
  }
  const cut = (value: string): Cut => ({
    before: value.slice(0, start),
    differs: value.slice(start, value.length - end),
    after: value.slice(value.length - end),
  })
  return [cut(got), cut(expected)]
}

/** The value with the part that differs marked; a right one is marked as right. */
export function marked({ before, differs, after }: Cut, isRight = false): Html {
  if (differs === '') return html`${before}${after}`
  return html`${before}<mark${isRight && html` data-tone="ok"`}>${differs}</mark>${after}`
}
