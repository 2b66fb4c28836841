import { csrfField } from './forms.ts'
import { type Html, html } from './html.ts'
import type { Viewer } from './layout.ts'

/** A question before something that cannot be taken back; works without a script (popover). */
export interface ConfirmDialog {
  readonly id: string
  readonly action: string
  readonly viewer: Viewer
  readonly title: string
  /** What happens, before the buttons. */
  readonly consequence: string | Html
  /** The safe way out. */
  readonly keep: string
  /** Repeats the verb of the title. */
  readonly confirm: string
  /** Further fields of the form. */
  readonly fields?: Html | readonly Html[]
}

export function confirmDialog(dialog: ConfirmDialog): Html {
  const { id, action, viewer, title, consequence, keep, confirm, fields } = dialog
  return html`<dialog class="dialog" id="${id}" aria-labelledby="${id}-title" popover>
      <form method="post" action="${action}">
        ${csrfField(viewer.csrf)}
        <div class="dialog-body">
          <h2 id="${id}-title">${title}</h2>
          <p class="muted">${consequence}</p>
          ${fields}
        </div>
        <div class="dialog-actions">
          <button class="button" type="button" popovertarget="${id}" popovertargetaction="hide">${keep}</button>
          <button class="button button-danger-solid" type="submit">${confirm}</button>
        </div>
      </form>
    </dialog>`
}
