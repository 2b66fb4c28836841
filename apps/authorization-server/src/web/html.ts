/** Markup that is safe to send: made only by `html` and `raw`. */
export interface Html {
  readonly markup: string
}

/** What may stand in a template; `false`, `null` and `undefined` print nothing. */
export type HtmlValue =
  | Html
  | string
  | number
  | bigint
  | false
  | null
  | undefined
  | readonly HtmlValue[]

const replacements: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes text for element content and for quoted attribute values. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => replacements[character]!)
}

const print = (value: HtmlValue): string => {
  if (value === false || value === null || value === undefined) return ''
  if (typeof value === 'object') {
    return 'markup' in value ? value.markup : value.map(print).join('')
  }
  return escapeHtml(String(value))
}

/**
 * A page or a part of one. Every interpolated value is escaped unless it is `Html` itself; arrays are joined.
 * Attribute values must be quoted in the template.
 */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return { markup: String.raw({ raw: strings }, ...values.map(print)) }
}

/** Marks text as markup without escaping it: only for constants of this source, never for anything received. */
export function raw(markup: string): Html {
  return { markup }
}

/** A boolean attribute, with its leading space: `<input${when(checked, 'checked')}>`. */
export function when(on: boolean, attribute: string): Html | undefined {
  return on ? raw(` ${attribute}`) : undefined
}

/** A URI in full, with places to break after its slashes, as the design sets addresses. */
export function breakable(uri: string): Html {
  const [, start = '', rest = ''] = /^([^/]*\/\/[^/]*\/)(.+)$/.exec(uri) ?? []
  return start ? html`${start}<wbr>${rest}` : html`${uri}`
}
