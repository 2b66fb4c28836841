/** Deeper nesting is no use to anybody, and overflows the stack of whoever walks it. */
export const limitDepth = 64

const quote = 0x22
const backslash = 0x5c
const bracket = { opens: 0x5b, closes: 0x5d }
const brace = { opens: 0x7b, closes: 0x7d }

/** Whether a JSON text nests deeper than the limit: counts brackets outside strings, without parsing. */
export function nestsTooDeep(json: string, limit = limitDepth): boolean {
  if (hasFew(json, '{', limit / 2) && hasFew(json, '[', limit / 2)) return false
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

/** Most texts have fewer brackets than the limit allows to nest, and finding those few is quick. */
function hasFew(json: string, character: string, most: number): boolean {
  let count = 0
  for (let at = json.indexOf(character); at !== -1; at = json.indexOf(character, at + 1)) {
    count += 1
    if (count > most) return false
  }
  return true
}
