import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { PermanentError, type FileRef, type Ged } from '#core'
import { fakeTown, fileNamed, testHub } from '#core/testing'
import { depotAutomatique } from '../../steps/depot-automatique/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { publicationScdl } from '../../steps/publication-scdl/index.ts'
import { archivage } from '../../steps/sae/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { tdtActes } from '../../steps/tdt-actes/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import { transformationFixe } from '../../steps/transformation-fixe/index.ts'
import lsActes from './index.ts'

const steps = [
  transformation,
  signature,
  transformationFixe,
  tdtActes,
  depotAutomatique,
  depotGed,
  publicationScdl,
  archivage,
]
const acte = fileNamed('deliberation.pdf')
const ANNEE = 'DELIBERATION-213401722-2026.csv'

/** A town that publishes; `before` happens at the deposit just before a file takes its place. */
const publishingTown = (settings: object = {}, { replaces = true } = {}) => {
  const remotes = fakeTown()
  const fichiers = new Map<string, FileRef>()
  const deposited: (readonly string[])[] = []
  let before: (() => Promise<void>) | undefined
  const ged: Ged = {
    async deposit(contents, key) {
      deposited.push(Object.values(contents.values).flatMap(value => (value ? (value as FileRef).name : [])))
      return remotes.ged.ged.deposit(contents, key)
    },
    ...(replaces && {
      async replace(file: FileRef) {
        const interruption = before
        before = undefined
        await interruption?.()
        fichiers.set(file.name, file)
        return { location: `/publications/${file.name}` }
      },
    }),
  }
  const reglages = { siret: '21340172201787', fichiers: 'annee', ...settings }
  const hub = testHub(lsActes, steps, { ...remotes.capabilities, ged, reglages: { lire: async () => reglages } })
  return {
    hub,
    tdt: remotes.tdt,
    deposited,
    reglages,
    meanwhile: (happens: () => Promise<void>) => (before = happens),
    /** An acquitted délibération, which is published at once. */
    async publish(numero: string, values: object = {}) {
      const document = await hub.create({
        objet: `Objet de ${numero}`,
        arrete: acte,
        envoiSignature: false,
        envoiTdt: true,
        envoiDepot: false,
        envoiSae: false,
        publication: true,
        'tdtActes.nature': '1',
        'tdtActes.numero': numero,
        'tdtActes.date': '2026-01-15',
        'tdtActes.classification': { value: '1.1', label: '1.1 Marchés publics' },
        'tdtActes.typologie': [{ sha256: acte.sha256, name: acte.name, value: '99_DE', label: 'Délibération (99_DE)' }],
        ...values,
      })
      await document.submit()
      remotes.tdt.acknowledge()
      await hub.advance('5 min')
      return document
    },
    /** Numbers of the délibérations of the file, sorted. */
    async inFile(name = ANNEE) {
      const file = fichiers.get(name)
      const lines = file ? (await text(hub.ports.files.open(file))).split('\r\n').slice(1, -1) : []
      return lines.map(line => line.split(/[,;]/u)[2]).toSorted()
    },
  }
}

test('les délibérations d’une année sont dans un seul fichier, et leurs actes déposés sans fichier de données', async () => {
  const town = publishingTown()
  const first = await town.publish('DEL_1')
  await town.publish('DEL_2')
  await town.publish('DEL_OLD', { 'tdtActes.date': '2025-12-18' })
  expect([first.state, await town.inFile()]).toEqual(['termine', ['DEL_1', 'DEL_2']])
  expect(await town.inFile('DELIBERATION-213401722-2025.csv')).toEqual(['DEL_OLD'])
  expect(town.deposited[0]).toEqual(['DELIBERATION-213401722-2026-DEL_1.pdf'])
  expect(first.journal.join('\n')).toContain(`(/publications/${ANNEE}, 1 délibération)`)
  expect(first.data['publicationScdl.emplacementAnnee']).toBe(`/publications/${ANNEE}`)
})

test('deux délibérations publiées en même temps sont toutes deux dans le fichier, même si la plus ancienne écriture arrive la dernière', async () => {
  const town = publishingTown()
  town.meanwhile(async () => {
    await town.publish('DEL_2')
    expect(await town.inFile()).toEqual(['DEL_1', 'DEL_2'])
  })
  const first = await town.publish('DEL_1')
  expect([first.state, await town.inFile()]).toEqual(['termine', ['DEL_1', 'DEL_2']])
})

test('un acte annulé par la préfecture sort du fichier à la publication suivante', async () => {
  const town = publishingTown()
  const first = await town.publish('DEL_1')
  await first.ask('tdtActes.annuler')
  town.tdt.acceptCancellations()
  await town.hub.advance('1 h')
  expect([first.state, await town.inFile()]).toEqual(['tdtActes.annule', ['DEL_1']])
  await town.publish('DEL_2')
  expect(await town.inFile()).toEqual(['DEL_2'])
})

test('ce qui a été publié acte par acte entre dans le fichier de l’année, avec le séparateur du jour', async () => {
  const town = publishingTown({ fichiers: 'acte' })
  await town.publish('DEL_1')
  expect([town.deposited[0]?.length, await town.inFile()]).toEqual([2, []])
  Object.assign(town.reglages, { fichiers: 'annee', separateur: 'pointVirgule' })
  await town.publish('DEL_2')
  expect(await town.inFile()).toEqual(['DEL_1', 'DEL_2'])
})

test('un dépôt qui ne sait pas remplacer un fichier est refusé avant que rien ne parte', async () => {
  const town = publishingTown({}, { replaces: false })
  const document = await town.publish('DEL_1')
  expect([document.state, town.deposited]).toEqual(['publicationScdl.erreur', []])
  expect(document.message).toContain('ne sait pas compléter un fichier déjà déposé')
})

test('un fichier de l’année refusé se réessaie ; écarté, sa ligne n’y entre plus', async () => {
  const town = publishingTown()
  const refuse = async () => {
    throw new PermanentError('Ce nom est pris par un autre outil.')
  }
  town.meanwhile(refuse)
  const first = await town.publish('DEL_1')
  expect([first.state, first.message]).toEqual(['publicationScdl.erreurAnnee', 'Ce nom est pris par un autre outil.'])
  town.meanwhile(refuse)
  await first.ask('publicationScdl.rassembler')
  expect(first.state).toBe('publicationScdl.erreurAnnee')
  await first.ask('publicationScdl.ecarter')
  expect([first.state, first.journal.join('\n')]).toEqual(['termine', expect.stringContaining("l'acte reste déposé (")])
  await town.publish('DEL_2')
  expect(await town.inFile()).toEqual(['DEL_2'])
  town.meanwhile(refuse)
  const third = await town.publish('DEL_3')
  await third.ask('publicationScdl.rassembler')
  expect([third.state, await town.inFile()]).toEqual(['termine', ['DEL_2', 'DEL_3']])
})
