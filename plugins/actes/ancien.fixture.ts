import { expect, test } from 'vitest'
import type { ActeATransmettre, Flow } from '#core'
import { fakeTown, fileNamed, testHub } from '#core/testing'
import { archivage } from '../steps/sae/index.ts'
import { depotGed } from '../steps/ged/index.ts'
import { signature } from '../steps/signature/index.ts'
import { tdtActes } from '../steps/tdt-actes/index.ts'

const acte = fileNamed('arrete.pdf')
const CIRCUIT = { value: 'actes/arretes', label: 'Actes / Arrêtés' }

/** What these flows ask of any acte, wherever it was transmitted. */
const acted = {
  objet: 'Arrêté de circulation',
  arrete: acte,
  'tdtActes.nature': '2',
  'tdtActes.numero': 'ARR_2026_7',
  'tdtActes.date': '2026-01-15',
  'tdtActes.classification': { value: '6.1', label: '6.1 Police municipale' },
  'tdtActes.typologie': [{ sha256: acte.sha256, name: acte.name, value: '99_AR', label: 'Arrêté (99_AR)' }],
}

/** Every step is asked for. */
export const ALL = {
  envoiSignature: true,
  envoiTdt: true,
  envoiGed: true,
  envoiSae: true,
  'signature.circuit': CIRCUIT,
}

/** An acte in a flow that ls-actes replaced, with no box but those of `values`; `sent` is what the TdT received. */
export const town = async (flow: Flow, values: object) => {
  const remotes = fakeTown()
  const sent: ActeATransmettre[] = []
  const { tdtActes: tdt } = remotes.capabilities
  const send = tdt.send.bind(tdt)
  tdt.send = given => {
    sent.push(given)
    return send(given)
  }
  const hub = testHub(flow, [archivage, depotGed, signature, tdtActes], remotes.capabilities)
  const document = await hub.create({ ...acted, ...values })
  return { ...remotes, hub, document, sent }
}

/** What the former flows of the family have in common, whatever their pace. */
export const ancienActes = (flow: Flow): void => {
  test('le document signé part en préfecture, et l’acte déposé reste à sa place', async () => {
    const { document, hub, parapheur, sent } = await town(flow, ALL)
    await document.submit()
    parapheur.sign()
    await hub.advance('1 min')
    if (document.state === 'signature.signe') await document.ask('poursuivre')
    expect(sent[0]?.acte).toEqual({ file: document.data['signature.signe'], type: '99_AR' })
    expect(sent[0]?.acte.file).not.toEqual(acte)
    expect(document.data['arrete']).toEqual(acte)
  })

  test('la signature demandée par un logiciel, sous son ancien nom, compte comme la case', async () => {
    const { document, parapheur } = await town(flow, { envoiSignatureApi: true, 'signature.circuit': CIRCUIT })
    await document.submit()
    expect([document.state, parapheur.folders.size]).toEqual(['signature.envoye', 1])
  })

  test('un acte transmis ailleurs est archivé avec ce que le TdT aurait rapporté, donné à la main', async () => {
    const { document, hub, sae, sent } = await town(flow, { envoiSae: true })
    const byHand = { arPrefecture: fileNamed('ar.xml'), datePostage: '2026-01-14', echangesTypes: '3A, 3R' }
    expect(document.edit(byHand)).toEqual([])
    await document.submit()
    await hub.advance('1 min')
    sae.accept()
    await hub.advance('20 min')
    expect([document.state, sent]).toEqual(['termine', []])
  })

  test('un type d’échange inconnu est refusé, avec la liste', async () => {
    const { document } = await town(flow, { envoiSae: true })
    expect(document.edit({ echangesTypes: '3A, 9Z' })[0]?.message).toContain('3A, 3R, 3RB')
  })

  test.each([
    ['objet', 'Objet'],
    ['arrete', 'Acte'],
    ['tdtActes.nature', "Nature de l'acte"],
    ['tdtActes.numero', "Numéro de l'acte"],
    ['tdtActes.date', "Date de l'acte"],
    ['tdtActes.classification', 'Classification'],
    ['tdtActes.typologie', 'Il manque le type de'],
  ])('%s est exigé même d’un acte qui ne passe pas par le TdT', async (field, label) => {
    const { document } = await town(flow, { envoiGed: true })
    document.edit({ [field]: null })
    await expect(document.submit()).rejects.toThrow(label)
  })

  test('rien n’est coché : il ne part pas', async () => {
    const { document } = await town(flow, {})
    await expect(document.submit()).rejects.toThrow('cocher au moins une étape')
  })
}
