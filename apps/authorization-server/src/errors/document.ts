import { readFileSync } from 'node:fs'
import type { Middleware } from 'koa'
import type { Token } from 'marked'
import { type Html, html, raw } from '../web/html.ts'
import { documentPage, sendPage } from '../web/layout.ts'
import { errorDocumentPath } from './topics.ts'

const source = new URL('../../../../docs/errors.md', import.meta.url)

/** One heading below the title, with the anchor under which `error_uri` finds it. */
export interface Section {
  readonly anchor: string
  readonly title: string
  /** 2 for a chapter, 3 for an error. */
  readonly depth: number
}

export interface ErrorDocument {
  readonly content: Html
  readonly sections: readonly Section[]
}

/** docs/errors.md as a page: it is a part of the product's source, so that its markup is trusted. */
export async function readErrorDocument(): Promise<ErrorDocument> {
  // Loaded by the first reader, and by no start.
  const { Marked } = await import('marked')
  const sections: Section[] = []
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const title = textOf(tokens)
        if (depth === 1) return html`<h1>${title}</h1>`.markup
        const anchor = anchorOf(title)
        sections.push({ anchor, title, depth })
        const shown = depth === 3 ? html`<code>${title}</code>` : html`${title}`
        return raw(`<h${depth} id="${anchor}">${shown.markup}</h${depth}>\n`).markup
      },
    },
  })
  const markup = marked.parse(readFileSync(source, 'utf8'), { async: false })
  return { content: raw(markup), sections }
}

/** As GitHub makes them, so that links work there too. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}

const textOf = (tokens: readonly Token[]) => tokens.map(({ raw: text }) => text).join('')

/** `GET /docs/errors`: what `error_uri` points to; the same for everybody. */
export function errorDocument(): Middleware {
  let page: Html | undefined
  return async function answerErrorDocument(ctx, next) {
    if (ctx.path !== errorDocumentPath || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) {
      return next()
    }
    page ??= pageOf(await readErrorDocument())
    sendPage(ctx, page)
    ctx.set('Cache-Control', 'public, max-age=300')
  }
}

function pageOf({ content, sections }: ErrorDocument): Html {
  const chapters = sections.filter(({ depth }) => depth === 2)
  const errorsOf = ({ anchor }: Section) => {
    const from = sections.findIndex((section) => section.anchor === anchor) + 1
    const length = sections.slice(from).findIndex(({ depth }) => depth === 2)
    return sections.slice(from, length === -1 ? undefined : from + length)
  }
  return documentPage({
    title: 'Errors',
    contents: html`<nav class="prose-contents" aria-label="Errors">
        ${chapters.map(
          (chapter) => html`<h2>${chapter.title}</h2>
        <ul>
          ${errorsOf(chapter).map(({ anchor, title }) => html`<li><a href="#${anchor}"><code>${title}</code></a></li>`)}
        </ul>`,
        )}
      </nav>`,
    content,
  })
}
