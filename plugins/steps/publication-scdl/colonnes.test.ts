import { describe, expect, test } from 'vitest'
import { COLONNES, csvOf, faultsOf, type Deliberation } from './colonnes.ts'
import { matiereOf } from './matieres.ts'

const line: Deliberation = {
  COLL_NOM: 'Ville de Démonstration',
  COLL_SIRET: '21340172201787',
  DELIB_ID: 'DEL_2026_1',
  DELIB_DATE: '2026-01-15',
  DELIB_MATIERE_CODE: '7.5',
  DELIB_MATIERE_NOM: 'finances locales/subventions',
  DELIB_OBJET: 'Subvention, « Les Amis du canal »',
  PREF_ID: 'PREF034',
  PREF_DATE: '2026-01-16',
  VOTE_POUR: '23',
}

test('une ligne juste s’écrit sous l’en-tête du format, dans son ordre', () => {
  expect(faultsOf(line)).toEqual([])
  const [header, row, end] = csvOf(line, ',').split('\r\n')
  expect(header).toBe(
    'COLL_NOM,COLL_SIRET,DELIB_ID,DELIB_DATE,DELIB_MATIERE_CODE,DELIB_MATIERE_NOM,DELIB_OBJET,BUDGET_ANNEE,BUDGET_NOM,PREF_ID,PREF_DATE,VOTE_EFFECTIF,VOTE_REEL,VOTE_POUR,VOTE_CONTRE,VOTE_ABSTENTION,DELIB_URL',
  )
  expect(row).toBe(
    'Ville de Démonstration,21340172201787,DEL_2026_1,2026-01-15,7.5,finances locales/subventions,"Subvention, « Les Amis du canal »",,,PREF034,2026-01-16,,,23,,,',
  )
  expect(end).toBe('')
})

test('au point-virgule, une virgule ne gêne plus, et le fichier porte la marque des tableurs', () => {
  const text = csvOf(line, ';')
  expect(text.startsWith('\uFEFFCOLL_NOM;COLL_SIRET;')).toBe(true)
  expect(text).toContain(';Subvention, « Les Amis du canal »;')
})

test.each([
  ['COLL_SIRET', '2134017220178', 'un SIRET'],
  ['DELIB_DATE', '15/01/2026', 'une date'],
  ['DELIB_DATE', '2026-02-30', 'une date'],
  ['DELIB_MATIERE_CODE', '7', 'une matière à deux niveaux'],
  ['BUDGET_ANNEE', '26', 'une année'],
  ['PREF_ID', '034', 'un identifiant de préfecture'],
  ['PREF_ID', 'SPREF034', 'un identifiant de préfecture'],
  ['PREF_DATE', 'hier', 'une date'],
  ['VOTE_POUR', '12,5', 'un nombre entier'],
  ['VOTE_ABSTENTION', '-1', 'un nombre entier'],
  ['DELIB_URL', 'ville/acte.pdf', 'une adresse'],
] as const)('%s « %s » est refusé, en nommant la colonne', (name, value, said) => {
  const [fault = '', ...others] = faultsOf({ ...line, [name]: value })
  expect(others).toEqual([])
  expect(fault).toContain(`(${name}) : « ${value} » n'est pas ${said}`)
})

test('chaque colonne obligatoire manquante est nommée, les autres peuvent manquer', () => {
  const required = Object.entries(COLONNES).flatMap(([name, rule]) => ('required' in rule ? [name] : []))
  expect(required).toHaveLength(7)
  expect(faultsOf({})).toHaveLength(7)
  expect(faultsOf({ ...line, DELIB_OBJET: '  ' })).toEqual([
    '« Objet de la délibération » (DELIB_OBJET) est à renseigner.',
  ])
})

test.each(['PREF02A', 'PREF971', 'SPREF0342', 'SGAR076'])('« %s » est une préfecture', id => {
  expect(faultsOf({ ...line, PREF_ID: id })).toEqual([])
})

describe('la matière', () => {
  test.each([
    ['7.5', '7.5', 'finances locales/subventions'],
    ['7.5.1.2', '7.5', 'finances locales/subventions'],
    ['7.10', '7.10', 'finances locales/divers'],
    ['9.4', '9.4', 'autres domaines de compétences/vœux et motions'],
  ])('de « %s » est %s, %s', (classification, code, nom) => {
    expect(matiereOf(classification)).toEqual({ code, nom })
  })

  test.each(['7', '7.11', '7.0', '0.1', 'constructor.1', ''])('de « %s » n’existe pas', classification => {
    expect(matiereOf(classification)).toBeUndefined()
  })

  test('est partout en minuscules, sans virgule ni parenthèse, de 1.1 à 9.4', () => {
    const counts = [7, 3, 6, 5, 8, 5, 10, 9, 4]
    for (const [theme, count] of counts.entries()) {
      for (let subject = 1; subject <= count; subject++)
        expect(matiereOf(`${theme + 1}.${subject}`)?.nom).toMatch(/^[^,()/A-Z]+\/[^,()/A-Z]+$/u)
      expect(matiereOf(`${theme + 1}.${count + 1}`)).toBeUndefined()
    }
  })
})
