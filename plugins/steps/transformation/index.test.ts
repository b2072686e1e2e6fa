import { text as readText } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { date, defineFlow, flag, number, PermanentError, text, type FileRef } from '#core'
import { testHub } from '#core/testing'
import { transformationFixe } from '../transformation-fixe/index.ts'
import { depotGed } from '../ged/index.ts'
import { transformation } from './index.ts'

const flow = defineFlow({
  id: 'essai',
  version: 1,
  label: 'Essai',
  family: 'essais',
  fields: {
    objet: text('Objet', { required: true, title: true, pastell: 'libelle' }),
    montant: number('Montant'),
    jour: date('Date'),
    envoiGed: flag('Verser à la GED'),
  },
  steps: ({ envoiGed }) => [transformation({}), depotGed({}).when(envoiGed)],
})

const start = (texts: Readonly<Record<string, string>>) =>
  testHub(flow, [transformation, depotGed], { transformation: { transform: async () => texts } })

test('les valeurs sont converties, écrites, et décident de la suite', async () => {
  const hub = start({ objet: 'Bail', montant: '12,5', jour: '14/07/2026', envoiGed: '1' })
  const document = await hub.create({ objet: 'x' })
  await document.submit()
  expect(document.data).toMatchObject({ objet: 'Bail', montant: 12.5, jour: '2026-07-14', envoiGed: true })
  expect(document.current.title).toBe('Bail')
  expect(document.state).toBe('ged.aDeposer')
  const report = document.data['transformation.valeurs'] as FileRef
  expect(report.name).toBe('transformation_file.json')
  expect(JSON.parse(await readText(hub.ports.files.open(report)))).toMatchObject({ montant: '12,5' })
  expect(document.journal.join('\n')).toContain('« Objet », « Montant »')
})

test('une valeur vide efface, une case vide se décoche', async () => {
  const document = await start({ montant: '', envoiGed: '' }).create({ objet: 'x', montant: 3, envoiGed: true })
  await document.submit()
  expect(document.data['montant']).toBeUndefined()
  expect(document.data['envoiGed']).toBe(false)
  expect(document.state).toBe('termine')
})

test.each([
  [{ objet: '' }, '« Objet » est à renseigner'],
  [{ montant: 'beaucoup' }, '« Montant »'],
  [{ 'ged.emplacement': '/x' }, 'est rempli par une étape'],
  [{ inconnu: 'x' }, "n'existe pas"],
])('%o : rien n’est écrit et la raison est dite', async (texts, reason) => {
  const document = await start({ jour: '2026-07-14', ...(texts as Record<string, string>) }).create({ objet: 'x' })
  await document.submit()
  expect(document.state).toBe('transformation.erreur')
  expect(document.message).toContain(reason)
  expect(document.data['jour']).toBeUndefined()
})

test('sans connecteur associé, l’étape est passée', async () => {
  const hub = testHub(flow, [transformation, depotGed], {})
  const document = await hub.create({ objet: 'x' })
  await document.submit()
  expect(document.state).toBe('termine')
  expect(document.journal.join('\n')).toContain('étape passée')
})

test('une expression impossible arrête le document, et « Réessayer » reprend', async () => {
  let works = false
  const transform = async () => {
    if (!works) throw new PermanentError("Champ « objet » : l'expression ne peut pas être calculée.")
    return { objet: 'Bail' }
  }
  const hub = testHub(flow, [transformation, depotGed], { transformation: { transform } })
  const document = await hub.create({ objet: 'x' })
  await document.submit()
  expect(document.state).toBe('transformation.erreur')
  works = true
  await document.ask('transformation.transformer')
  expect(document.data['objet']).toBe('Bail')
})

const fixed = (rules: Readonly<Record<string, string>>) =>
  defineFlow({
    id: 'fixe',
    version: 1,
    label: 'Fixe',
    family: 'essais',
    fields: { objet: text('Objet', { required: true }), jour: date('Date') },
    steps: () => [transformationFixe({}).set(rules)],
  })

test('la transformation fixe calcule selon les règles du flux, sans connecteur', async () => {
  const hub = testHub(
    fixed({ jour: "{{ 'now'|date('Y-m-d') }}", objet: '{{ objet|upper }}' }),
    [transformationFixe],
    {},
  )
  const document = await hub.create({ objet: 'bail' })
  await document.submit()
  expect(document.data).toMatchObject({ objet: 'BAIL', jour: '2026-01-15' })
})

test('des règles mal écrites, ou absentes, empêchent le flux de démarrer', () => {
  expect(() => testHub(fixed({ jour: '{{ jour' }), [transformationFixe], {})).toThrow(/champ « jour », ligne 1/u)
  expect(() => testHub(fixed({}), [transformationFixe], {})).toThrow("aucun champ n'est à calculer")
})
