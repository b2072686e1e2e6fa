import type { FileRef } from '../authoring/values.ts'
import { readableSize } from '../files/errors.ts'
import { Html, html } from './html.ts'
import { stylePolicy } from './style-policy.ts'
import { VIEW_STYLE } from './view-style.ts'

export const VIEW_POLICY = stylePolicy(VIEW_STYLE)

/** The page around what a viewer shows: its title, the file it comes from, and our style. */
export const viewPage = ({
  title,
  content,
  file,
}: {
  readonly title: string
  readonly content: Html
  readonly file: FileRef
}): string =>
  html`<!doctype html>
    <html lang="fr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – ${file.name}</title>
        ${
          // As it is: its digest is in the policy.
          new Html(`<style>${VIEW_STYLE}</style>`)
        }
      </head>
      <body>
        <header>
          <p>
            <strong>Passeur</strong> Fichier « ${file.name} » (${readableSize(file.size)}) —
            <a href="../../${file.sha256}">Télécharger le fichier d’origine</a>
          </p>
        </header>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`.markup
