import { type Html, html } from '../web/html.ts'

/**
 * The foot of a list: how many there are on the page, and the way to older ones.
 *
 * @param href address of the list with its filter, for example `/console/clients?q=claude`
 * @param nextCursor undefined on the last page
 */
export function pager(
  href: string,
  shown: string,
  nextCursor: string | undefined,
  explanation?: string,
): Html {
  const older = new URL(href, 'http://console')
  if (nextCursor) older.searchParams.set('cursor', nextCursor)
  return html`<footer class="card-footer">
          <p>${shown}</p>
          ${explanation && html`<p>${explanation}</p>`}
          ${nextCursor && html`<p><a class="button button-small" href="${older.pathname}${older.search}">Older</a></p>`}
        </footer>`
}

/** `1 client`, `7 clients` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`
}
