import { expect, test } from 'vitest'
import { unzipWhole } from '#core'
import { temporaryFiles } from '#core/testing'
import { metadataOf, zipOfSeance } from './bundle.ts'
import type { Seance } from './inputs.ts'

const NOW = new Date('2026-01-22T08:00:00Z')

test('le zip d’une séance a un seul dossier, l’ordre du jour dans l’ordre, chaque fichier sous un nom à lui', async () => {
  await using files = await temporaryFiles()
  const file = async (name: string) => files.save(`contenu de ${name}`, name)
  const seance: Seance = {
    titre: 'Conseil municipal : rentrée / budget',
    date: '2026-01-20',
    heure: '18:30',
    type: { value: 'cm', label: 'Conseil municipal' },
    lieu: 'Mairie',
    convocation: await file('convocation.pdf'),
    invitation: undefined,
    projets: [
      {
        nom: 'Budget',
        rapport: await file('rapport.pdf'),
        theme: { value: '1', label: 'Finances' },
        rapporteur: undefined,
        annexes: [await file('a.pdf'), { ...(await file('b.pdf')), name: 'a.pdf' }],
      },
      {
        nom: '../Voirie',
        rapport: await file('rapport 2.pdf'),
        theme: undefined,
        rapporteur: undefined,
        annexes: undefined,
      },
    ],
    autresDocuments: [{ nom: 'Plan de la salle', fichier: await file('salle.pdf') }],
    convoques: [
      {
        nom: 'Anne Batte',
        categorie: 'Élu',
        envoyee: undefined,
        lue: undefined,
        presence: 'present',
        mandataire: undefined,
      },
    ],
    preuves: await file('jetons.zip'),
  }
  const zip = await files.save(zipOfSeance(seance, files, NOW), 'seance.zip')
  expect(zip.type).toBe('application/zip')
  const found = await unzipWhole(zip, files, { files: 100, bytes: 1_000_000 })
  const root = found[0]?.path.split('/')[0] ?? ''
  const paths = found.map(({ path }) => path.slice(root.length + 1)).toSorted()
  expect(new Set(found.map(({ path }) => path.split('/')[0])).size).toBe(1)
  expect(paths).toEqual(
    [
      'Autres documents/Plan de la salle.pdf',
      'Ordre du jour/001 - Budget/Annexes/a.pdf',
      'Ordre du jour/001 - Budget/Annexes/a_1.pdf',
      'Ordre du jour/001 - Budget/rapport.pdf',
      'Ordre du jour/002 - ..-Voirie/rapport 2.pdf',
      'convocation.pdf',
      'jetons.zip',
    ].toSorted(),
  )
  expect(JSON.parse(metadataOf(seance))).toMatchObject({
    date: '2026-01-20',
    type: 'Conseil municipal',
    projets: [
      {
        ordre: 1,
        nom: 'Budget',
        theme: 'Finances',
        rapport: 'Ordre du jour/001 - Budget/rapport.pdf',
        annexes: ['Ordre du jour/001 - Budget/Annexes/a.pdf', 'Ordre du jour/001 - Budget/Annexes/a_1.pdf'],
      },
      { ordre: 2 },
    ],
    convoques: [{ nom: 'Anne Batte', presence: 'present' }],
  })
})
