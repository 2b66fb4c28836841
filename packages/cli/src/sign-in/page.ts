import { createHash } from 'node:crypto'

/** What the browser shows once it is back: no script, nothing from elsewhere, light or dark as the computer is. */
export interface PageText {
  readonly title: string
  /** One or two sentences. */
  readonly says: string
  readonly tone: 'ok' | 'failed'
}

const style = `
:root { color-scheme: light dark; --neon: light-dark(#0d6b86, #7fd3ea); --failed: light-dark(#b3261e, #ff9d92); }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; box-sizing: border-box;
  background: light-dark(#f6f8f9, #10171b); color: light-dark(#141c22, #eceff1);
  font: 16px/1.5 ui-sans-serif, system-ui, -apple-system, 'Segoe UI', sans-serif; }
main { max-width: 26rem; padding: 32px; border: 1px solid light-dark(#e0e6ea, #2b353c); border-radius: 14px;
  background: light-dark(#fff, #182127); }
p.from { margin: 0 0 20px; font-size: 14px; color: light-dark(#4d5a63, #a9b6be); }
h1 { margin: 0 0 8px; font-size: 22px; line-height: 1.3; }
h1::before { content: ''; display: block; width: 32px; height: 4px; border-radius: 2px; margin-bottom: 16px; background: var(--neon); }
main.failed h1::before { background: var(--failed); }
p { margin: 0; overflow-wrap: anywhere; }
`

const styleHash = createHash('sha256').update(style).digest('base64')

/** The headers of every page: nothing is stored, framed, sent on or run. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // The browser keeps no connection that would hold the program.
  connection: 'close',
}

/** The page as HTML. */
export function renderPage({ title, says, tone }: PageText): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – neonpanel</title>
<style>${style}</style>
</head>
<body>
<main class="${tone}">
<p class="from">neonpanel at the command line</p>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(says)}</p>
</main>
</body>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
