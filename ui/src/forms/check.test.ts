import { expect, test } from 'vitest'
import type { FieldView } from '../api/types.ts'
import { check, checkAll } from './check.ts'

const today = new Date(2026, 2, 14, 12)
const field = (rest: Partial<FieldView>): FieldView => ({
  name: 'champ',
  label: 'Champ',
  kind: 'text',
  required: false,
  computed: false,
  editable: true,
  ...rest,
})

test('un numéro d’acte avec une espace est refusé dans les mots du flux', () => {
  const numero = field({ pattern: { regex: '^[A-Z0-9_]{1,15}$', message: 'Sans espace.' } })
  expect(check(numero, 'DEL 2026', today)).toBe('Sans espace.')
  expect(check(numero, 'DEL_2026', today)).toBeUndefined()
})

test('une date de décision ne peut pas être dans le futur, aujourd’hui convient', () => {
  const date = field({ kind: 'date', notAfterToday: true })
  expect(check(date, '2026-03-15', today)).toContain('futur')
  expect(check(date, '2026-03-14', today)).toBeUndefined()
})

test('les bornes sont dites avec leur valeur', () => {
  expect(check(field({ max: 3 }), 'abcd', today)).toContain('3')
  expect(check(field({ max: 2 }), '🏛️'.slice(0, 2), today)).toBeUndefined()
  expect(check(field({ kind: 'number', min: 1 }), 0, today)).toContain('1')
  expect(check(field({ kind: 'number' }), 'douze', today)).toContain('nombre')
})

test('une adresse doit être complète', () => {
  const url = field({ kind: 'url' })
  expect(check(url, 'parapheur.exemple.fr', today)).toContain('https://')
  expect(check(url, 'javascript:alert(1)', today)).toContain('https://')
  expect(check(url, 'https://parapheur.exemple.fr', today)).toBeUndefined()
})

test('un brouillon s’enregistre à moitié rempli, mais ne s’envoie pas', () => {
  const page = {
    title: 'Page',
    step: null,
    when: null,
    fields: [field({ name: 'objet', required: true }), field({ name: 'ar', required: true, computed: true })],
  }
  expect(checkAll([page], {}, 'valid', today)).toEqual([])
  expect(checkAll([page], {}, 'complete', today)).toEqual([{ field: 'objet', message: 'Ce champ est obligatoire.' }])
})

test('un champ que le reste du formulaire ne demande pas n’est ni exigé ni vérifié', () => {
  const motif = field({ name: 'motif', required: true, max: 3, when: { field: 'urgent', is: true } })
  const pages = [{ title: 'Informations', step: null, when: null, fields: [motif] }]
  expect(checkAll(pages, { motif: 'trop long' }, 'complete', today)).toEqual([])
  expect(checkAll(pages, { urgent: true }, 'complete', today)).toHaveLength(1)
})
