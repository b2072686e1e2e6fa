import { afterEach, expect, test } from 'vitest'
import { demanded, fakePortail, temporaryFiles, testHub, typesChecked } from '#core/testing'
import { pousserStatut } from '../../steps/pousser-statut/index.ts'
import statutFactureCpp from './index.ts'

const cleanups: (() => PromiseLike<void>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean()
})

const statutXml = (code: string, numero = 'F-1') =>
  `<CPPStatut><CPPFactureStatuts><CPPFactureStatutUnitaire><Fournisseur><Identifiant>00000000000018</Identifiant><RaisonSociale>Papeterie</RaisonSociale></Fournisseur><Debiteur><Identifiant>21340172201787</Identifiant></Debiteur><DonneesStatut><IdStatut>${code}</IdStatut><Commentaire>Mandat 12</Commentaire><IdFacture>${numero}</IdFacture><IdMandatDP>2026-12</IdMandatDP></DonneesStatut></CPPFactureStatutUnitaire></CPPFactureStatuts></CPPStatut>`

const town = async (xml: string) => {
  const files = await temporaryFiles()
  cleanups.push(() => files[Symbol.asyncDispose]())
  const fake = fakePortail(() => hub.clock.now())
  const hub = testHub(statutFactureCpp, [pousserStatut], { portailFactures: fake.portail }, { files })
  fake.receive('1221', 'MISE_A_DISPOSITION', 'F-1')
  const document = await hub.create({ objet: 'Mandatement', fichier: await files.save(xml, 'statut.xml') })
  await document.submit()
  await hub.settleDown()
  return { fake, hub, document, files }
}

test('le statut du fichier est poussé sur la facture retrouvée', async () => {
  const { document, fake } = await town(statutXml('08'))
  expect(document.state).toBe('termine')
  expect(fake.pushes).toEqual([{ statut: 'MANDATEE', motif: 'Mandat 12', mandat: '2026-12' }])
  expect(document.data).toMatchObject({
    'statut.idFacture': '1221',
    'statut.cible': 'MANDATEE',
    'statut.codeStatut': '08',
  })
})

test('un refus de Chorus Pro est rapporté, et se réessaie', async () => {
  const { document, fake } = await town(statutXml('11'))
  expect(document.state).toBe('statut.refuse')
  expect(document.message).toContain('« Mise à disposition » ne peut pas passer à « Mise en paiement »')
  fake.move('1221', 'MANDATEE')
  await document.ask('statut.transmettre')
  expect(document.state).toBe('termine')
})

test.each([
  ['un XML incorrect', '<CPPStatut>', 'son XML est incorrect'],
  ['sans statut', '<CPPStatut/>', 'aucun statut de facture'],
  ['un statut d’un autre circuit', statutXml('23'), '« 23 »'],
  ['une facture inconnue', statutXml('08', 'F-9'), 'aucune facture « F-9 »'],
])('%s mène à « Statut inexploitable », d’où l’on supprime', async (_cas, xml, sentence) => {
  const { document } = await town(xml)
  expect(document.state).toBe('statut.erreurFichier')
  expect(document.message).toContain(sentence)
  expect(document.buttons['supprimer']).toBe(true)
})

test('une réponse perdue ne pousse pas deux fois', async () => {
  const { hub, fake, files } = await town(statutXml('23'))
  fake.mishaps.loseNextAnswer()
  const again = await hub.create({ objet: 'Autre', fichier: await files.save(statutXml('07'), 'statut.xml') })
  await again.submit()
  await hub.advance('1 h')
  expect(again.state).toBe('termine')
  expect(fake.pushes).toHaveLength(1)
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document } = await town(statutXml('08'))
  const { objet, fichier } = document.data
  const complete = { objet, fichier }
  expect(document.current.title).toBe('Mandatement')
  expect(await demanded(hub, complete)).toEqual(['objet', 'fichier'])
  expect(await typesChecked(hub, complete)).toEqual(['fichier'])
})
