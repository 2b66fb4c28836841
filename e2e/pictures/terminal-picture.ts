import { type ParseToken, parseAnsiSequences } from 'ansi-sequence-parser'
import stringWidth from 'string-width'

const cell = { width: 8.4, height: 20 }
const padding = { x: 20, top: 52, bottom: 18 }

/** Colours by the class of a text, light and dark; those of the product's design. */
const colours = {
  plain: ['#1a232b', '#e9eef1'],
  dim: ['#5b6870', '#94a3ac'],
  green: ['#0b6b42', '#6fdc9f'],
  red: ['#b3261e', '#ff9a90'],
  yellow: ['#855300', '#f1c066'],
  blue: ['#0a6478', '#75d3e8'],
} as const

type Colour = keyof typeof colours

/**
 * Draws what a program wrote to a terminal as SVG: text that can be selected, light or dark as the reader prefers, with
 * nothing from elsewhere in it.
 *
 * @param command what was typed, without the prompt
 * @param written with its ANSI sequences
 * @param columns width of the terminal in cells; longer lines are an error
 */
export function terminalPicture(command: string, written: string, columns: number): string {
  const lines = [`\u001B[2m$\u001B[22m \u001B[1m${command}\u001B[22m`, '', ...written.split('\n')]
  const width = Math.ceil(columns * cell.width + 2 * padding.x)
  const height = padding.top + lines.length * cell.height + padding.bottom
  const rows = lines.map((line, row) => {
    const y = padding.top + (row + 0.75) * cell.height
    return `<text y="${y}">${spansOf(line, columns)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeXml(command)}</title>
<style>
${style()}
</style>
<rect class="window" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>
${[0, 1, 2].map((dot) => `<circle class="dot" cx="${padding.x + 4 + dot * 18}" cy="24" r="5"/>`).join('')}
${rows.join('\n')}
</svg>
`
}

function spansOf(line: string, columns: number): string {
  let column = 0
  const spans: string[] = []
  for (const token of parseAnsiSequences(line)) {
    // Blanks between words have no width of their own: each piece stands at its cell.
    for (const [piece] of token.value.matchAll(/\s+|\S+(?: \S+)*/g)) {
      const x = (padding.x + column * cell.width).toFixed(1)
      column += stringWidth(piece)
      if (piece.trim() !== '')
        spans.push(`<tspan x="${x}" class="${classesOf(token)}">${escapeXml(piece)}</tspan>`)
    }
  }
  if (column > columns) throw new Error(`${column} cells where ${columns} are: ${line}`)
  return spans.join('')
}

function classesOf({ foreground, decorations }: ParseToken): string {
  const name = foreground?.type === 'named' ? foreground.name.toLowerCase() : 'plain'
  const colour = Object.keys(colours).find((one) => name.endsWith(one)) ?? 'plain'
  const weight = decorations.has('bold') ? ' bold' : ''
  return decorations.has('dim') && colour === 'plain' ? `dim${weight}` : `${colour}${weight}`
}

function style(): string {
  const names = Object.keys(colours) as Colour[]
  const rules = (index: 0 | 1) =>
    names.map((name) => `.${name}{fill:${colours[name][index]}}`).join('')
  return `text{font:14px ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}
.bold{font-weight:600}
.window{fill:#fbfcfc;stroke:#d3dade}.dot{fill:#d3dade}${rules(0)}
@media (prefers-color-scheme: dark){.window{fill:#11181d;stroke:#333f47}.dot{fill:#333f47}${rules(1)}}`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
