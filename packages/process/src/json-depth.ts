/** Deeper nesting is no use to anybody, and overflows the stack of whoever walks it. */
export const limitDepth = 64

/** Whether a JSON text nests deeper than the limit: counts brackets outside strings, without parsing. */
export function nestsTooDeep(json: string, limit = limitDepth): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index]
    if (inString) {
      if (character === '\\') index += 1
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    if (depth > limit) return true
  }
  return false
}
