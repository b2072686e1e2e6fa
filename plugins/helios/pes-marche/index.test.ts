import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { FileRef } from '#core'
import { demanded, fakeTown, samplePes, testHub, typesChecked } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { tdtHelios } from '../../steps/tdt-helios/index.ts'
import flow, { extractionMarche } from './index.ts'
import { readMarche, savePjs, TooMuch } from './reading.ts'

const marche = (kind: 'Marche' | 'Concession' = 'Marche', pjs = 2): Buffer =>
  Buffer.from(
    samplePes({ content: 'pjOnly', pjs })
      .toString('latin1')
      .replace(
        '<PES_PJ>',
        `<PES_Marche><${kind}s><${kind}><Identifiant${kind}><IdContrat V="20260042"/></Identifiant${kind}></${kind}></${kind}s></PES_Marche><PES_PJ>`,
      ),
    'latin1',
  )

const heliosTown = async (pes: Uint8Array = marche()) => {
  const remotes = fakeTown()
  const hub = testHub(flow, [archivage, depotGed, tdtHelios, extractionMarche], remotes.capabilities)
  return { ...remotes, hub, pes: await hub.ports.files.save(pes, 'mandats.xml') }
}

const town = async (values: object, pes: Uint8Array = marche()) => {
  const all = await heliosTown(pes)
  const boxes = { envoiTdt: false, envoiGed: false, envoiSae: false }
  const document = await all.hub.create({ objet: 'Réfection du préau', fichierPes: all.pes, ...boxes, ...values })
  return { ...all, document }
}

describe('l’extraction', () => {
  test.each(['Marche', 'Concession'] as const)('donne le contrat et les pièces justificatives (%s)', async kind => {
    const { document, hub } = await town({}, marche(kind))
    await document.submit()
    expect(document.state).toBe('termine')
    expect(document.data['extractionMarche.idContrat']).toBe('20260042')
    const pieces = document.data['extractionMarche.pieces'] as readonly FileRef[]
    expect(pieces.map(({ name }) => name)).toEqual(['facture-1.pdf', 'facture-2.pdf'])
    const [, second] = pieces
    if (second) expect((await buffer(hub.ports.files.open(second))).toString()).toContain('% facture 2')
    expect(document.journal).toContain('Contrat 20260042, 2 pièces extraites')
  })

  test.each([
    ['qui n’est pas du XML', Buffer.from('%PDF-1.4'), "n'est pas un fichier XML lisible"],
    [
      'dont une pièce est abîmée',
      Buffer.from(
        marche()
          .toString('latin1')
          .replace(/(<Fichier[^>]*>.{24})..../u, '$1AAAA'),
        'latin1',
      ),
      'est abîmée',
    ],
  ])('un PES %s s’arrête là, et le dit', async (_what, pes, why) => {
    const { document } = await town({ envoiTdt: true }, pes)
    await document.submit()
    expect(document.state).toBe('extractionMarche.erreur')
    expect(document.message).toContain(why)
  })

  test('des pièces qui gonflent sans fin sont arrêtées', async () => {
    const { hub, pes } = await town({})
    const { pjs } = await readMarche(hub.ports.files.open(pes))
    await expect(savePjs(hub.ports.files, pes, pjs, 10)).rejects.toBeInstanceOf(TooMuch)
  })
})

describe('le cheminement', () => {
  test('extrait, télétransmis, versé, archivé', async () => {
    const { document, hub, helios, ged, sae } = await town({ envoiTdt: true, envoiGed: true, envoiSae: true })
    await document.submit()
    expect(document.state).toBe('tdtHelios.envoye')
    helios.answer('accepted')
    await hub.advance('5 min')
    sae.accept()
    await hub.advance('10 min')
    expect(document.state).toBe('termine')
    expect(ged.deposits.size).toBe(1)
  })

  test('rejeté par le TdT, il se rouvre', async () => {
    const { document, hub, helios } = await town({ envoiTdt: true })
    await document.submit()
    helios.reject('Fichier non conforme au schéma')
    await hub.advance('5 min')
    expect(document.state).toBe('tdtHelios.rejete')
    await document.ask('rouvrir')
    expect(document.state).toBe('brouillon')
  })
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document, pes } = await town({})
  expect(document.current.title).toBe('Réfection du préau')
  expect(await demanded(hub, { objet: 'Réfection du préau', fichierPes: pes })).toEqual(['objet', 'fichierPes'])
  expect(await typesChecked(hub, { objet: 'Réfection du préau', fichierPes: pes })).toEqual(['fichierPes'])
})
