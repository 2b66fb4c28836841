import { type HTMLElement, parse } from 'node-html-parser'

/** A page as a person finds it, and the state of its forms as they fill them in. */
export interface Page {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly root: HTMLElement
}

export type Role = 'textbox' | 'checkbox' | 'radio' | 'button'

/** A control of a form, by the name that a screen reader says. */
export interface Control {
  readonly name: string
  readonly element: HTMLElement
  readonly checked: boolean
  readonly disabled: boolean
}

export function parsePage(url: URL, status: number, headers: Headers, html: string): Page {
  return { url, status, headers, root: parse(html) }
}

const collapse = (text: string) => text.replace(/\s+/g, ' ').trim()

/** What the page says, white space collapsed. */
export function textOf(page: Page): string {
  return collapse(page.root.querySelector('body')?.text ?? page.root.text)
}

const selectors: Record<Role, string> = {
  textbox: 'input:not([type]), input[type=text], input[type=email], input[type=password], textarea',
  checkbox: 'input[type=checkbox]',
  radio: 'input[type=radio]',
  button: 'button, input[type=submit]',
}

/** The controls that a person can see: those of a popover only once it was opened. */
export function controls(page: Page, role: Role): Control[] {
  const shown = page.root.querySelectorAll(selectors[role]).filter(isShown)
  return shown.map((element) => ({
    name: accessibleName(page, element),
    element,
    checked: element.hasAttribute('checked'),
    disabled: isDisabled(element),
  }))
}

/** The control whose name is, or starts with, the given words. */
export function findControl(page: Page, role: Role, name: string): Control | undefined {
  const all = controls(page, role)
  return (
    all.find((control) => control.name === name) ?? all.find((one) => one.name.startsWith(name))
  )
}

export function control(page: Page, role: Role, name: string): Control {
  const found = findControl(page, role, name)
  if (found) return found
  const names = controls(page, role).map((one) => one.name)
  throw new Error(
    `No ${role} “${name}” at ${page.url.pathname} (${page.status}): ${names.join(', ') || 'none'}\n${textOf(page).slice(0, 600)}`,
  )
}

export function fill(page: Page, name: string, value: string): void {
  control(page, 'textbox', name).element.setAttribute('value', value)
}

/** Ticks or unticks a checkbox. */
export function tick(page: Page, name: string, ticked = true): void {
  setChecked(control(page, 'checkbox', name).element, ticked)
}

/** Chooses a radio button; the others of its group are let go. */
export function choose(page: Page, name: string): void {
  const { element } = control(page, 'radio', name)
  const group = element.getAttribute('name')
  for (const other of page.root.querySelectorAll(selectors.radio)) {
    if (other.getAttribute('name') === group) setChecked(other, false)
  }
  setChecked(element, true)
}

function setChecked(element: HTMLElement, checked: boolean): void {
  if (isDisabled(element)) throw new Error(`${element.getAttribute('id')} is disabled`)
  if (checked) element.setAttribute('checked', '')
  else element.removeAttribute('checked')
}

function isShown(element: HTMLElement): boolean {
  const popover = element.closest('[popover]')
  return popover === null || popover.hasAttribute('data-open')
}

/** Opens the popover that a button controls, if it controls one, as browsers do without any script. */
export function openPopover(page: Page, button: HTMLElement): boolean {
  const target = button.getAttribute('popovertarget')
  if (!target) return false
  page.root.querySelector(`[id="${target}"]`)?.setAttribute('data-open', '')
  return true
}

function isDisabled(element: HTMLElement): boolean {
  return element.hasAttribute('disabled') || element.closest('fieldset[disabled]') !== null
}

function accessibleName(page: Page, element: HTMLElement): string {
  const stated = element.getAttribute('aria-label')
  if (stated) return collapse(stated)
  if (element.tagName === 'BUTTON') return collapse(element.text)
  if (element.getAttribute('type') === 'submit') return element.getAttribute('value') ?? ''
  const id = element.getAttribute('id')
  const label = (id && page.root.querySelector(`label[for="${id}"]`)) || element.closest('label')
  return collapse(label?.text ?? '')
}

/** The request that pressing a button makes, with what the form holds (HTML, form submission). */
export function submission(page: Page, button: HTMLElement) {
  const owner = button.getAttribute('form')
  const form = owner ? page.root.querySelector(`form[id="${owner}"]`) : button.closest('form')
  if (!form) throw new Error(`The button is in no form at ${page.url.pathname}`)
  const fields = new URLSearchParams()
  for (const field of page.root.querySelectorAll('input, select, textarea')) {
    const belongs =
      field.getAttribute('form') ?? (field.closest('form') === form ? owner : undefined)
    if (field.closest('form') !== form && belongs !== form.getAttribute('id')) continue
    const [name, value] = entryOf(field)
    if (name !== undefined) fields.append(name, value)
  }
  const pressed = button.getAttribute('name')
  if (pressed) fields.append(pressed, button.getAttribute('value') ?? '')
  const target = button.getAttribute('formaction') ?? form.getAttribute('action') ?? page.url.href
  const method = (form.getAttribute('method') ?? 'get').toUpperCase()
  return { url: new URL(target, page.url), method, fields }
}

function entryOf(field: HTMLElement): [string | undefined, string] {
  const name = field.getAttribute('name')
  const type = field.getAttribute('type') ?? 'text'
  if (!name || isDisabled(field) || type === 'submit' || type === 'button') return [undefined, '']
  if (field.tagName === 'TEXTAREA') return [name, field.getAttribute('value') ?? field.text]
  if (field.tagName === 'SELECT') return [name, chosenOption(field)]
  if (type === 'checkbox' || type === 'radio') {
    const value = field.getAttribute('value') ?? 'on'
    return field.hasAttribute('checked') ? [name, value] : [undefined, '']
  }
  return [name, field.getAttribute('value') ?? '']
}

function chosenOption(select: HTMLElement): string {
  const option = select.querySelector('option[selected]') ?? select.querySelector('option')
  return option?.getAttribute('value') ?? option?.text ?? ''
}
