import { clockOffset, clockSetting, isClockShifted } from '@neonpanel/process/clock'
import { type Html, html } from '../web/html.ts'
import { icon } from '../web/icons.ts'
import { time } from '../web/time.ts'

/** Says in the navigation what time it is for the servers while a test has moved their clock; else undefined. */
export function clockNotice(): Html | undefined {
  if (!isClockShifted()) return undefined
  return html`<p class="small"><span class="status" data-tone="warn" data-shape="square">${clockInWords()}</span> ${time(new Date(Date.now()))}</p>`
}

/** The same at the top of a page, with what it means. */
export function clockBanner(): Html | undefined {
  if (!isClockShifted()) return undefined
  return html`<div class="alert" data-tone="warn" role="status">${icon('clock')}<p><strong>${clockInWords()}.</strong> For both servers it is ${time(new Date(Date.now()))}: tokens, sessions and limits go by that.</p></div>`
}

function clockInWords(): string {
  return `Clock ${'frozenAtMs' in clockSetting() ? 'frozen' : shiftInWords(clockOffset())}`
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

function shiftInWords(offsetMs: number): string {
  const [unit, unitMs] = units.find(([, ms]) => Math.abs(offsetMs) >= ms) ?? units[3]
  const amount = Math.round((Math.abs(offsetMs) / unitMs) * 10) / 10
  return `${amount} ${unit}${amount === 1 ? '' : 's'} ${offsetMs < 0 ? 'behind' : 'ahead'}`
}
