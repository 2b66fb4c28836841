/** Deeper nesting is no use to anybody, and overflows the stack of whoever walks it. */
export const limitDepth = 64

const quote = 0x22
const backslash = 0x5c
const bracket = { opens: 0x5b, closes: 0x5d }
const brace = { opens: 0x7b, closes: 0x7d }

/** Whether a JSON text nests deeper than the limit: counts brackets outside strings, without parsing. */
export function nestsTooDeep(json: string, limit = limitDepth): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < json.length; index += 1) {
    const character = json.charCodeAt(index)
    if (inString) {
      if (character === backslash) index += 1
      else if (character === quote) inString = false
    } else if (character === quote) inString = true
    else if (character === brace.opens || character === bracket.opens) depth += 1
    else if (character === brace.closes || character === bracket.closes) depth -= 1
    if (depth > limit) return true
  }
  return false
}
