import { afterEach, describe, expect, test } from 'vitest'
import { PermanentError, type LuDansPdf } from '#core'
import { fakePortail, fakeTown, samplePivot, temporaryFiles, testHub } from '#core/testing'
import { depotChorus } from '../../steps/depot-chorus/index.ts'
import { lectureFacture } from '../../steps/lecture-facture/index.ts'
import { archivage } from '../../steps/sae/index.ts'
import { suiviDepot } from '../../steps/suivi-depot/index.ts'
import flow from './index.ts'

const cleanups: (() => PromiseLike<void>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean()
})

const PDF = {
  mode: 'DEPOT_PDF_API',
  numero: 'E-1',
  date: '2026-01-12',
  siret: '21340172201787',
  cadre: 'A1_FACTURE_FOURNISSEUR',
  type: 'FACTURE',
  typeTva: 'TVA_SUR_DEBIT',
  devise: 'EUR',
  montantHt: 100,
  montantTva: 20,
  montantTtc: 120,
}
const XML = { mode: 'UPLOAD_API', numero: 'E-1', syntaxe: 'IN_DP_E1_UBL_INVOICE' }

const town = async (
  values: Readonly<Record<string, unknown>>,
  settings?: Readonly<Record<string, unknown>>,
  lu?: LuDansPdf,
) => {
  const remotes = fakeTown()
  const files = await temporaryFiles()
  cleanups.push(() => files[Symbol.asyncDispose]())
  const fake = fakePortail(() => hub.clock.now(), await files.save(samplePivot('E-1'), 'pivot.xml'), lu)
  const hub = testHub(
    flow,
    [lectureFacture, depotChorus, suiviDepot, archivage],
    {
      ...remotes.capabilities,
      portailFactures: fake.portail,
      ...(settings ? { reglages: { lire: async () => settings } } : {}),
    },
    { files },
  )
  const isXml = values['mode'] === 'UPLOAD_API'
  const fichier = await files.save(
    isXml ? '<?xml version="1.0"?><Invoice/>' : '%PDF-1.7 facture',
    isXml ? 'f.xml' : 'f.pdf',
  )
  const document = await hub.create({ fichier, ...values })
  return { ...remotes, fake, hub, document }
}

const sent = async (...given: Parameters<typeof town>) => {
  const all = await town(...given)
  await all.document.submit()
  await all.hub.settleDown()
  return all
}

describe('un PDF', () => {
  test('est soumis, suivi jusqu’à la mise en paiement, puis archivé', async () => {
    const { document, hub, fake, sae } = await sent({ ...PDF, envoiSae: true })
    expect(document.state).toBe('suivi.enCours')
    const id = document.data['idFacture'] as string
    await hub.advance('2 min')
    expect(document.data).toMatchObject({
      statut: 'DEPOSEE',
      'suivi.pivot': { name: 'pivot.xml' },
      'suivi.original': { name: 'FAC-E-1.pdf' },
    })
    fake.move(id, 'MISE_EN_PAIEMENT')
    await hub.advance('2 h')
    expect(document.state).toBe('sae.envoye')
    sae.accept()
    await hub.advance('1 h')
    expect(document.state).toBe('termine')
    expect(document.data['historique']).toMatchObject([{ statut: 'Mise en paiement' }, { statut: 'Déposée' }])
  })

  test.each([['aux montants discordants', { montantTtc: 130 }, 'ne donne pas le montant TTC']])(
    '%s ne part pas ; rouvert et corrigé, il part',
    async (_cas, wrong, sentence) => {
      const { document, fake, hub } = await sent({ ...PDF, ...wrong })
      expect(document.state).toBe('depot.aCorriger')
      expect(document.message).toContain(sentence)
      expect(fake.factures.size).toBe(0)
      await document.ask('rouvrir')
      expect(document.edit({ montantTtc: 120 })).toEqual([])
      await document.submit()
      await hub.settleDown()
      expect(document.state).toBe('suivi.enCours')
    },
  )

  test('au formulaire incomplet est lu par Chorus Pro, vérifié par un agent, puis soumis', async () => {
    const lu = { numeroFacture: 'LU-7', siret: '99999999999999', montantTtc: 120, fournisseur: 'FR12' }
    const { document, fake, hub } = await sent({ ...PDF, numero: undefined, montantTtc: undefined }, undefined, lu)
    expect(document.state).toBe('lecture.lue')
    expect(document.message).toContain('Chorus Pro a lu la facture (numéro LU-7, montant TTC 120)')
    // What the agent typed is his.
    expect(document.data).toMatchObject({ numero: 'LU-7', montantTtc: 120, siret: PDF.siret })
    expect(fake.factures.size).toBe(0)
    await document.ask('rouvrir')
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('suivi.enCours')
    expect(document.data).toMatchObject({
      'lecture.piece': '5001',
      'lecture.idFournisseur': '300',
      'lecture.fournisseur': 'FR12',
      'depot.dateDepot': '2026-01-15',
    })
  })

  test('que Chorus Pro n’a pas su lire dit ce qui manque, sans être confié une seconde fois', async () => {
    const { document, fake, hub } = await sent({ ...PDF, siret: undefined })
    expect(document.message).toContain('Chorus Pro n’a rien lu dans ce PDF')
    await document.ask('rouvrir')
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('depot.aCorriger')
    expect(document.message).toContain('Il manque : SIRET du destinataire')
    expect(fake.factures.size).toBe(0)
  })

  test('que Chorus Pro refuse de lire le dit, et se réessaie', async () => {
    const { document, fake, hub } = await town({ ...PDF, numero: undefined })
    fake.mishaps.failOnce(new PermanentError('Le fichier déposé n’est pas un PDF'))
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('lecture.erreur')
    await document.ask('lecture.lire')
    expect(document.state).toBe('lecture.lue')
  })

  test('remisé se soumet avec son montant avant remise', async () => {
    const { document } = await sent({ ...PDF, montantAvantRemise: 120, montantTtc: 110 })
    expect(document.state).toBe('suivi.enCours')
  })

  test('dont la réponse s’est perdue n’est pas déposé deux fois', async () => {
    const { document, hub, fake } = await town(PDF)
    fake.mishaps.loseNextAnswer()
    await document.submit()
    await hub.advance('1 h')
    expect(document.state).toBe('suivi.enCours')
    expect(fake.factures.size).toBe(1)
    expect(document.journal.join(' ')).toContain('Facture retrouvée sur Chorus Pro')
  })
})

describe('un fichier structuré', () => {
  test('est déposé, son compte rendu lu, sa facture retrouvée', async () => {
    const { document, hub, fake } = await sent(XML)
    expect(document.state).toBe('depot.fluxDepose')
    expect(document.data['depot.numeroFlux']).toBe('FLUX1')
    await hub.advance('5 min')
    expect(document.message).toBe('Le flux attend son traitement.')
    fake.finish('integrated')
    await hub.advance('1 h')
    expect(document.state).toBe('suivi.enCours')
    expect(document.data).toMatchObject({
      'depot.interfaceFlux': 'FSO1110A',
      'depot.compteRendu': { name: 'compte-rendu.json' },
    })
  })

  test.each([
    ['rejected', 'Flux rejeté : Le service est obligatoire'],
    ['incident', 'il est à déposer de nouveau'],
  ] as const)('%s : le document le dit, et se rouvre', async (end, sentence) => {
    const { document, hub, fake } = await sent(XML)
    fake.finish(end)
    await hub.advance('5 min')
    expect(document.state).toBe('depot.rejetee')
    expect(document.message).toContain(sentence)
    expect(document.buttons['rouvrir']).toBe(true)
  })

  test('sans réponse, est recherché un jour avant qu’un agent puisse le déposer de nouveau', async () => {
    const { document, hub, fake } = await town(XML)
    fake.mishaps.loseNextAnswer()
    await document.submit()
    await hub.advance('2 min')
    expect(document.state).toBe('depot.aRechercher')
    expect(fake.flux.size).toBe(1)
    await hub.advance('26 h')
    expect(document.state).toBe('depot.introuvable')
    await document.ask('depot.redeposer')
    expect(document.state).toBe('depot.fluxDepose')
  })

  test('sans réponse mais intégré, est retrouvé', async () => {
    const { document, hub, fake } = await town(XML)
    fake.mishaps.loseNextAnswer()
    await document.submit()
    await hub.advance('2 min')
    fake.receive('900', 'DEPOSEE', 'E-1')
    await hub.advance('1 h')
    expect(document.state).toBe('suivi.enCours')
    expect(document.data['idFacture']).toBe('900')
  })

  test('de mauvaise syntaxe ne part pas, et dix jours de silence se voient', async () => {
    const { document } = await sent({ ...XML, syntaxe: 'IN_DP_E2_CII_FACTURX' })
    expect(document.message).toContain('ne convient pas à la syntaxe')
    const silent = await sent(XML)
    await silent.hub.advance('11 d')
    expect(silent.document.state).toBe('depot.erreurSuivi')
    silent.fake.finish('integrated')
    await silent.document.ask('depot.suivreFlux')
    expect(silent.document.state).toBe('suivi.enCours')
  })
})

describe('le suivi', () => {
  test('s’arrête après trente jours sans changement, ou selon les réglages', async () => {
    const { document, hub } = await sent(PDF)
    await hub.advance('32 d')
    expect(document.state).toBe('termine')
    const short = await sent(PDF, { sansSuivi: true })
    await short.hub.advance('2 min')
    expect(short.document.state).toBe('termine')
  })

  test('refusé par Chorus Pro se réessaie, ou s’arrête', async () => {
    const { document, hub, fake } = await sent(PDF)
    fake.mishaps.failOnce(new PermanentError('Facture inconnue'))
    await hub.advance('2 min')
    expect(document.state).toBe('suivi.erreur')
    await document.ask('suivi.arreter')
    expect(document.state).toBe('termine')
  })

  test('un dépôt impossible se réessaie', async () => {
    const { document, fake, hub } = await town(PDF)
    fake.mishaps.failOnce(new PermanentError('Structure inconnue'))
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('depot.erreur')
    await document.ask('depot.deposer')
    expect(document.state).toBe('suivi.enCours')
  })
})
