import { describe, expect, test } from 'vitest'
import { fieldNamed } from '../contracts/expressions.ts'
import type { DocumentContents } from './context.ts'
import { file, text, type FieldSpec } from './fields.ts'
import { bearersOf } from './shared-names.ts'

const ar = { sha256: 'a', name: 'ar.xml', size: 1, type: 'application/xml' }
const shared: Readonly<Record<string, FieldSpec>> = {
  donne: file('Accusé donné à la main', { pastell: 'aractes' }),
  'tdtActes.ar': file('Accusé reçu', { computed: true, pastell: 'aractes' }),
}
const contents = (values: Readonly<Record<string, unknown>>): DocumentContents => ({
  id: 'd',
  title: 'Acte',
  flow: { id: 'actes', label: 'Actes' },
  entity: { id: '1', name: 'Ville', siren: undefined },
  createdAt: new Date('2026-01-15T09:00:00Z'),
  fields: shared,
  values,
})

describe('un nom public donné à la main et calculé par une étape', () => {
  test('désigne ce qui est rempli, et ce que l’étape a calculé passe avant ce qui a été donné', () => {
    const found = (values: Readonly<Record<string, unknown>>) => fieldNamed(contents(values), 'aractes')
    expect(found({})).toBe('donne')
    expect(found({ donne: ar })).toBe('donne')
    expect(found({ 'tdtActes.ar': ar })).toBe('tdtActes.ar')
    expect(found({ donne: ar, 'tdtActes.ar': ar })).toBe('tdtActes.ar')
  })

  test('ne se partage ni entre deux calculs, ni entre deux saisies, ni entre deux genres', () => {
    const bearers = (...all: readonly FieldSpec[]) =>
      bearersOf(Object.fromEntries(all.map((field, index) => [`f${index}`, field])), 'n')
    const [asked, computed] = [file('A', { pastell: 'n' }), file('B', { pastell: 'n', computed: true })]
    expect(bearers(asked, computed, computed)).toEqual(['f0', 'f1', 'f2'])
    expect(bearers(asked, asked)).toEqual(['f0'])
    expect(bearers(computed, computed)).toEqual(['f0'])
    expect(bearers(asked, text('C', { pastell: 'n', computed: true }))).toEqual(['f0'])
  })
})
