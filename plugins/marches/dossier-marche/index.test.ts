import { expect, test } from 'vitest'
import { PermanentError, type DocumentContents } from '#core'
import { demanded, fakeTown, fileNamed, testHub, typesChecked } from '#core/testing'
import { depotAutomatique } from '../../steps/depot-automatique/index.ts'
import { publicationDecp } from '../../steps/publication-decp/index.ts'
import { archivage } from '../../steps/sae/index.ts'
import { formulaireDecp } from '../../steps/publication-decp/exemple.ts'
import flow from './index.ts'

const dossier = {
  libelle: 'Réhabilitation de la médiathèque',
  typeConsultation: 'AOO',
  numeroConsultation: '2026-TVX-C12',
  numeroMarche: '2026-TVX-042',
  typeMarche: 'T',
  dateDebut: '2025-09-01',
  dateFin: '2026-01-08',
  dateNotification: '2026-01-08',
  cpv: '45212330-8',
  zip: { ...fileNamed('dossier.zip'), type: 'application/zip' },
}
const decp = Object.fromEntries(
  Object.entries(formulaireDecp).map(([name, value]) => [`publicationDecp.${name}`, value]),
)

const town = async (values: object = {}) => {
  const remotes = fakeTown()
  const deposited: DocumentContents[] = []
  const hub = testHub(flow, [publicationDecp, depotAutomatique, archivage], {
    ...remotes.capabilities,
    ged: {
      async deposit(contents, key) {
        deposited.push(contents)
        return remotes.ged.ged.deposit(contents, key)
      },
    },
  })
  return { ...remotes, hub, deposited, document: await hub.create({ ...dossier, ...values }) }
}

test('le dossier complet est archivé, sans rien publier tant que la case n’est pas cochée', async () => {
  const { document, hub, sae, deposited } = await town()
  await document.submit()
  sae.accept()
  await hub.advance('20 min')
  expect([document.state, deposited.length]).toEqual(['termine', 0])
})

test('le ZIP va de lui-même au dépôt en GED quand un connecteur y est associé', async () => {
  const { document, hub } = await town()
  hub.associated.add('depot-ged')
  await document.submit()
  expect(hub.created).toMatchObject([{ flow: 'depot-ged', values: { fichiers: [{ name: 'dossier.zip' }] } }])
})

test('la case cochée, les données essentielles reprennent le numéro, le CPV et la date du dossier, puis il est archivé', async () => {
  const { document, hub, sae, deposited } = await town({ ...decp, publierDecp: true })
  await document.submit()
  expect(deposited.map(({ title, values }) => [title, values['numero'], values['objet']])).toEqual([
    ['decp-21340172201787-2026-TVX-042-v1', '2026-TVX-042', dossier.libelle],
  ])
  sae.accept()
  await hub.advance('20 min')
  expect(document.state).toBe('termine')
})

test('un dossier sans numéro de marché n’est pas publié : le champ est nommé, il se rouvre', async () => {
  const { document, deposited } = await town({ ...decp, publierDecp: true, numeroMarche: undefined })
  await document.submit()
  expect([document.state, document.message, deposited.length]).toEqual([
    'publicationDecp.nonConforme',
    '« Numéro du marché » : à renseigner.',
    0,
  ])
  await document.ask('rouvrir')
  document.edit({ numeroMarche: '2026-TVX-042' })
  await document.submit()
  expect([document.state, deposited.length]).toEqual(['sae.envoye', 1])
})

test('un transfert refusé se réessaie, une archive refusée se régénère sous un nouvel identifiant', async () => {
  const { document, hub, sae } = await town()
  sae.mishaps.failOnce(new PermanentError('Service versant inconnu.'))
  await document.submit()
  expect(document.state).toBe('sae.erreurEnvoi')
  const before = document.data['sae.transfertId']
  await document.ask('sae.envoyer')
  sae.refuse('101', 'Empreinte inconnue')
  await hub.advance('20 min')
  expect(document.state).toBe('sae.refuse')
  await document.ask('sae.regenerer')
  expect(document.data['sae.transfertId']).not.toBe(before)
  sae.accept()
  await hub.advance('20 min')
  expect(document.state).toBe('termine')
})

test.each([
  ['un dossier qui n’est pas un ZIP', { zip: fileNamed('dossier.pdf') }, 'ZIP'],
  ['un dossier sans type de consultation', { typeConsultation: undefined }, '« Type de consultation »'],
  ['un code CPV incomplet', { cpv: '4521' }, 'Un code CPV compte huit chiffres'],
])('%s ne part pas', async (_cas, values, sentence) => {
  const { document } = await town(values)
  await expect(document.submit()).rejects.toThrow(sentence)
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document } = await town()
  expect(document.current.title).toBe(dossier.libelle)
  expect(await demanded(hub, dossier)).toEqual([
    'libelle',
    'typeConsultation',
    'numeroConsultation',
    'typeMarche',
    'dateDebut',
    'dateFin',
    'zip',
  ])
  expect(await typesChecked(hub, dossier)).toEqual(['zip'])
})
