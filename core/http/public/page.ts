import { stylePolicy } from '../style-policy.ts'
import { Html, html } from '../html.ts'
import { VIEW_STYLE } from '../view-style.ts'

const STYLE = `${VIEW_STYLE}
main { max-width: 46rem; }
main > p.lead { font-size: 1.0625rem; }
label { display: block; font-weight: 600; margin-block: 1rem 0.25rem; }
label + p { margin: 0 0 0.25rem; color: var(--muted); }
input, textarea, select { font: inherit; width: 100%; padding: 0.5rem 0.625rem; border: 1px solid #64748b; border-radius: 0.375rem; background: #fff; color: var(--ink); }
textarea { min-height: 10rem; resize: vertical; }
button { font: inherit; font-weight: 600; margin-block-start: 1rem; padding: 0.625rem 1.25rem; border: 0; border-radius: 0.375rem; background: #047857; color: #fff; cursor: pointer; }
button:hover { background: #065f46; }
ul.files { list-style: none; padding: 0; margin: 0; }
ul.files li { padding-block: 0.375rem; border-block-end: 1px solid var(--line); overflow-wrap: anywhere; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.fault { border-inline-start: 4px solid #b91c1c; }
`

/** As for the other pages rendered here, but its forms may be sent. */
export const PUBLIC_POLICY = stylePolicy(STYLE).replace("form-action 'none'", "form-action 'self'")

/** The page around what a plugin shows to somebody who has no account: no script, nothing fetched, no link to the rest of the hub. */
export const publicPage = ({ title, content }: { readonly title: string; readonly content: Html }): string =>
  html`<!doctype html>
    <html lang="fr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${
          // As it is: its digest is in the policy.
          new Html(`<style>${STYLE}</style>`)
        }
      </head>
      <body>
        <header>
          <p><strong>Passeur</strong> Échanges sécurisés des collectivités</p>
        </header>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`.markup
