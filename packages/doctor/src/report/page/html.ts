/** Markup that is safe to write: made only by `html` and `raw`. */
export interface Html {
  readonly markup: string
}

/** What may stand in a template; `false` and `undefined` print nothing. */
type HtmlValue = Html | string | number | false | undefined | readonly HtmlValue[]

const replacements: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function print(value: HtmlValue): string {
  if (value === false || value === undefined) return ''
  if (typeof value === 'object') {
    return 'markup' in value ? value.markup : value.map(print).join('')
  }
  return String(value).replace(/[&<>"']/g, (character) => replacements[character]!)
}

/** A part of the page. Every value is escaped unless it is `Html` itself; attribute values must be quoted. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return { markup: String.raw({ raw: strings }, ...values.map(print)) }
}

/** Marks text as markup: only for constants of this source. */
export function raw(markup: string): Html {
  return { markup }
}
