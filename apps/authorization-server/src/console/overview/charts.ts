import { type Html, html } from '../../web/html.ts'
import type { Part } from './figures.ts'

const width = 600
const left = 28
const top = 8
const bottom = 202

/** Flows of each part of the period as bars, failed ones on top of completed ones. */
export function barChart(parts: readonly Part[], labelOf: (from: Date) => string): Html {
  const highest = niceCeiling(Math.max(...parts.map(({ completed, failed }) => completed + failed)))
  const y = (value: number) => bottom - (value / highest) * (bottom - top)
  const step = (width - left) / parts.length
  const total = (name: 'completed' | 'failed') => parts.reduce((sum, part) => sum + part[name], 0)
  const lines = [0, 1, 2, 3].map((third) => (highest / 3) * third)
  return html`<svg class="chart" viewBox="0 0 ${width} 226" role="img" aria-label="${total('completed')} completed and ${total('failed')} failed flows.">
              ${lines.map((value) => html`<line class="chart-grid" x1="${left}" y1="${y(value).toFixed(1)}" x2="${width}" y2="${y(value).toFixed(1)}" /><text x="22" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value}</text>`)}
              ${parts.map((part, index) => bars(part, left + index * step, step, y))}
              ${parts.map((part, index) => index % Math.ceil(parts.length / 4) === 0 && html`<text x="${(left + (index + 0.5) * step).toFixed(1)}" y="221" text-anchor="middle">${labelOf(part.from)}</text>`)}
            </svg>`
}

function bars(
  { completed, failed }: Part,
  x: number,
  step: number,
  y: (value: number) => number,
): Html {
  const bar = (name: string, from: number, to: number, gap: number) =>
    html`<rect class="${name}" x="${(x + step * 0.17).toFixed(1)}" y="${y(to).toFixed(1)}" width="${(step * 0.66).toFixed(1)}" height="${Math.max(1, y(from) - y(to) - gap).toFixed(1)}" rx="2" />`
  return html`${completed > 0 && bar('chart-bar', 0, completed, 0)}${failed > 0 && bar('chart-bad', completed, completed + failed, completed > 0 ? 1.5 : 0)}`
}

/** A multiple of three, so that the grid has whole numbers. */
function niceCeiling(highest: number): number {
  const magnitude = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, highest))))
  const unit = magnitude >= 10 ? magnitude : 1
  return Math.max(3, Math.ceil(highest / (3 * unit)) * 3 * unit)
}

/** The course of one figure; says nothing to assistive technology, its number stands beside it. */
export function sparkline(values: readonly number[], tone?: 'danger'): Html {
  const highest = Math.max(1, ...values)
  const points = values.map((value, index) => {
    const x = (index / Math.max(1, values.length - 1)) * 120
    return `${x.toFixed(1)} ${(33 - (value / highest) * 30).toFixed(1)}`
  })
  const line = `M${points.join(' L')}`
  return html`<svg class="sparkline"${tone && html` data-tone="${tone}"`} viewBox="0 0 120 36" preserveAspectRatio="none" aria-hidden="true"><path class="spark-area" d="${line} L120 36 L0 36Z" /><path class="spark-line" d="${line}" /></svg>`
}
