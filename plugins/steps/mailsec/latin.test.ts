import { expect, test } from 'vitest'
import { spelt } from './latin.ts'

/** What Helvetica has, in short. */
const known = new Set([...Array.from({ length: 224 }, (_, rank) => rank + 32), 0x20ac, 0x153])
const written = (text: string) => spelt(text, known)

test('ce que la police connaît reste tel quel, même écrit en deux signes', () => {
  expect(written('Élodie Cœur, 12 €')).toEqual({ text: 'Élodie Cœur, 12 €', changed: false })
  expect(written('E\u0301lodie')).toEqual({ text: 'Élodie', changed: false })
})

test('une lettre qui manque perd son accent, ou prend son orthographe usuelle, et on le sait', () => {
  expect(written('Ștefan Wałęsa, Erdoğan')).toEqual({ text: 'Stefan Walesa, Erdogan', changed: true })
})

test('ce qui n’a pas d’orthographe latine garde son numéro : rien ne se perd ni ne se confond', () => {
  expect(written('Жук')).toEqual({ text: '[U+0416][U+0443][U+043A]', changed: true })
  expect(written('字')).not.toEqual(written('学'))
})
