import { expect, test } from 'vitest'
import { PermanentError, type DocumentContents, type Ged } from '#core'
import { demanded, fakeTown, fileNamed, testHub } from '#core/testing'
import { depotGed } from '../../steps/ged/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import flow from './index.ts'

const complete = {
  titre: 'Plan local d’urbanisme',
  fichiers: [fileNamed('reglement.pdf'), fileNamed('zonage.pdf')],
  fichierMetadonnees: fileNamed('metadata.xml'),
  metadonnees: [{ nom: 'numero', valeur: 'PLU-7' }, { nom: 'service' }],
}
const town = async (values: object = {}) => {
  const remotes = fakeTown()
  const received: DocumentContents[] = []
  const ged: Ged = {
    async deposit(contents, key) {
      const deposited = await remotes.ged.ged.deposit(contents, key)
      received.push(contents)
      return deposited
    },
  }
  const hub = testHub(flow, [transformation, depotGed], { ...remotes.capabilities, ged })
  return { ...remotes, received, hub, document: await hub.create({ ...complete, ...values }) }
}

test('les fichiers partent ensemble, et chaque métadonnée est un champ du dépôt', async () => {
  const { document, received } = await town()
  await document.submit()
  expect(document.state).toBe('termine')
  const [{ fields, values, title } = expect.fail()] = received
  expect(title).toBe('Plan local d’urbanisme')
  expect(values).toMatchObject({ fichiers: complete.fichiers, numero: 'PLU-7', service: undefined })
  expect([fields['numero']?.label, fields['metadonnees'], values['metadonnees']]).toEqual([
    'numero',
    undefined,
    undefined,
  ])
})

test.each([
  ['un dépôt sans fichier', { fichiers: [] }, 'Fichiers'],
  ['un dépôt sans titre', { titre: undefined }, 'Titre'],
  ['une métadonnée sans nom', { metadonnees: [{ valeur: 'PLU-7' }] }, 'Nom'],
])('%s ne part pas, et dit pourquoi', async (_cas, values, sentence) => {
  const { document } = await town(values)
  await expect(document.submit()).rejects.toThrow(sentence)
})

test.each([
  [
    'deux fois le même nom',
    [
      { nom: 'numero', valeur: '1' },
      { nom: 'numero', valeur: '2' },
    ],
    'numero',
  ],
  ['le nom d’un champ du formulaire', [{ nom: 'titre', valeur: 'Autre' }], 'titre'],
])('%s dans les métadonnées : rien n’est déposé, et l’agent renomme', async (_cas, metadonnees, name) => {
  const { document, received } = await town({ metadonnees })
  await document.submit()
  expect([document.state, received.length]).toEqual(['ged.erreur', 0])
  expect(document.message).toContain(`s'appellent « ${name} »`)
  await document.ask('abandonner')
  await document.ask('rouvrir')
  expect(document.edit({ metadonnees: [{ nom: 'numero', valeur: '1' }] })).toEqual([])
  await document.submit()
  expect([document.state, received.length]).toEqual(['termine', 1])
})

test('un refus du dépôt dit pourquoi, et se réessaie ; sans connecteur, le document attend', async () => {
  const { document, ged } = await town()
  ged.mishaps.failOnce(new PermanentError('« plan » existe déjà.'))
  await document.submit()
  expect([document.state, document.message]).toEqual(['ged.erreur', '« plan » existe déjà.'])
  await document.ask('ged.deposer')
  expect(document.state).toBe('termine')
  const alone = await testHub(flow, [transformation, depotGed], {}).create(complete)
  await alone.submit()
  expect(alone.message).toContain("Aucun connecteur n'est associé à l'étape « Dépôt en GED »")
})

test('ce que le formulaire exige', async () => {
  const { hub } = await town()
  expect(await demanded(hub, complete)).toEqual(['titre', 'fichiers'])
})
