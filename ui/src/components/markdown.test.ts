import { expect, test } from 'vitest'
import { markdownToHtml } from './markdown.ts'

test('un mode d’emploi garde ses titres, ses listes et ses tableaux, sans répéter le nom du connecteur', () => {
  const html = markdownToHtml('# S²LOW\n\n## Réglages\n\n* un\n\n| a | b |\n|---|---|\n| 1 | 2 |\n')
  expect(html).not.toContain('S²LOW')
  expect(html).toContain('<h2>Réglages</h2>')
  expect(html).toContain('<li>un</li>')
  expect(html).toContain('<td>1</td>')
})

test('rien d’actif ne passe, quel qu’en soit l’auteur', () => {
  const html = markdownToHtml(
    'texte <script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) <a href="data:text/html,x" onclick="x()">b</a> <iframe src="//x"></iframe> <p style="position:fixed">c</p>',
  )
  expect(html).not.toMatch(/script|onerror|onclick|data:|iframe|<img|style=/u)
  expect(html).toContain('texte')
})
