import type { Answer } from './ask.ts'

/** Whether an answer is a page for people, whatever its content type says. */
export function isPage({ headers, text }: Pick<Answer, 'headers' | 'text'>): boolean {
  const type = headers.get('content-type') ?? ''
  return (
    /^(?:text\/html|application\/xhtml\+xml)/i.test(type) ||
    /^\s*<(?:!doctype html|html)/i.test(text)
  )
}

/** The title of a page, as evidence. */
export function titleOf(text: string): string | undefined {
  return /<title[^>]*>\s*([^<]{1,120}?)\s*<\/title>/i.exec(text)?.[1]
}
