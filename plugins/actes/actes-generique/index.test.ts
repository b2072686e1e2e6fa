import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, type ActeATransmettre } from '#core'
import { fakeTown, fileNamed, testHub } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { tdtActes } from '../../steps/tdt-actes/index.ts'
import flow from './index.ts'

const acte = fileNamed('arrete.pdf')
const acted = {
  objet: 'Arrêté de circulation',
  arrete: acte,
  'tdtActes.nature': '2',
  'tdtActes.numero': 'ARR_2026_7',
  'tdtActes.date': '2026-01-15',
  'tdtActes.classification': { value: '6.1', label: '6.1 Police municipale' },
  'tdtActes.typologie': [{ sha256: acte.sha256, name: acte.name, value: '99_AR', label: 'Arrêté (99_AR)' }],
}
const CIRCUIT = { value: 'actes/arretes', label: 'Actes / Arrêtés' }
const NONE = { envoiSignature: false, envoiSignatureApi: false, envoiTdt: false, envoiGed: false, envoiSae: false }
const ALL = { envoiSignature: true, envoiTdt: true, envoiGed: true, envoiSae: true, 'signature.circuit': CIRCUIT }

const town = async (values: object) => {
  const remotes = fakeTown()
  const sent: ActeATransmettre[] = []
  const { tdtActes: tdt } = remotes.capabilities
  const send = tdt.send.bind(tdt)
  tdt.send = given => {
    sent.push(given)
    return send(given)
  }
  const hub = testHub(flow, [archivage, depotGed, signature, tdtActes], remotes.capabilities)
  const document = await hub.create({ ...acted, ...NONE, ...values })
  return { ...remotes, hub, document, sent }
}

describe('le cheminement', () => {
  test('chaque étape finie, le document attend « Poursuivre », et l’archivage le termine', async () => {
    const { document, hub, parapheur, tdt, sae } = await town(ALL)
    await document.submit()
    parapheur.sign()
    await hub.advance('1 min')
    expect(document.state).toBe('signature.signe')
    expect(document.buttons['poursuivre']).toBe(true)
    await document.ask('poursuivre')
    tdt.acknowledge()
    await hub.advance('5 min')
    expect(document.state).toBe('tdtActes.acquitte')
    await document.ask('poursuivre')
    expect(document.state).toBe('ged.depose')
    await document.ask('poursuivre')
    await hub.advance('1 min')
    sae.accept()
    await hub.advance('20 min')
    expect(document.state).toBe('termine')
  })

  test('le document signé part en préfecture, et l’acte déposé reste à sa place', async () => {
    const { document, hub, parapheur, sent } = await town(ALL)
    await document.submit()
    parapheur.sign()
    await hub.advance('1 min')
    await document.ask('poursuivre')
    expect(sent[0]?.acte).toEqual({ file: document.data['signature.signe'], type: '99_AR' })
    expect(sent[0]?.acte.file).not.toEqual(acte)
    expect(document.data['arrete']).toEqual(acte)
  })

  test('la signature demandée par un logiciel, sous son ancien nom, compte comme la case', async () => {
    const { document, parapheur } = await town({ envoiSignatureApi: true, 'signature.circuit': CIRCUIT })
    await document.submit()
    expect([document.state, parapheur.folders.size]).toEqual(['signature.envoye', 1])
  })
})

describe('un acte transmis ailleurs', () => {
  test('va à la GED ou aux archives avec ce que le TdT aurait rapporté, donné à la main', async () => {
    const { document, hub, ged } = await town({ envoiGed: true })
    expect(document.edit({ arPrefecture: fileNamed('ar.xml'), datePostage: '2026-01-14' })).toEqual([])
    expect(document.edit({ echangesTypes: '3A, 3R' })).toEqual([])
    await document.submit()
    await hub.settleDown()
    expect([document.state, ged.deposits.size]).toEqual(['ged.depose', 1])
  })

  test('un type d’échange inconnu est refusé, avec la liste', async () => {
    const { document } = await town({ envoiSae: true })
    expect(document.edit({ echangesTypes: '3A, 9Z' })[0]?.message).toContain('3A, 3R, 3RB')
  })
})

test.each([
  ['tdtActes.nature', "Nature de l'acte"],
  ['tdtActes.numero', "Numéro de l'acte"],
  ['tdtActes.date', "Date de l'acte"],
  ['tdtActes.classification', 'Classification'],
  ['tdtActes.typologie', 'Il manque le type de'],
])('%s est exigé même d’un acte qui ne passe pas par le TdT', async (field, label) => {
  const { document } = await town({ envoiGed: true })
  document.edit({ [field]: null })
  await expect(document.submit()).rejects.toThrow(label)
})

describe('les refus et les pannes', () => {
  test('refusé au parapheur, il se rouvre', async () => {
    const { document, hub, parapheur } = await town(ALL)
    await document.submit()
    parapheur.refuse('Article 2 à revoir')
    await hub.advance('1 min')
    expect(document.state).toBe('signature.refuse')
    await document.ask('rouvrir')
    expect(document.state).toBe('brouillon')
  })

  test('un envoi au parapheur refusé se réessaie une fois corrigé', async () => {
    const { document, parapheur } = await town(ALL)
    parapheur.mishaps.failOnce(new PermanentError('Le sous-type est inconnu.'))
    await document.submit()
    expect(document.state).toBe('signature.erreurEnvoi')
    await document.ask('signature.envoyer')
    expect(document.state).toBe('signature.envoye')
  })

  test('rejeté par la préfecture, il se rouvre avec son motif', async () => {
    const { document, hub, tdt } = await town({ envoiTdt: true })
    await document.submit()
    tdt.reject('Typologie non autorisée')
    await hub.advance('5 min')
    expect([document.state, document.message]).toEqual(['tdtActes.rejete', 'Typologie non autorisée'])
    await document.ask('rouvrir')
    expect(document.state).toBe('brouillon')
  })

  test('un envoi refusé par le TdT se corrige et repart', async () => {
    const { document, tdt } = await town({ envoiTdt: true })
    tdt.actes.set('0', { numero: 'ARR_2026_7', date: '2026-01-15', status: { is: 'pending', message: 'Posté' } })
    await document.submit()
    expect(document.state).toBe('tdtActes.erreurEnvoi')
    expect(document.edit({ 'tdtActes.numero': 'ARR_2026_7B' })).toEqual([])
    await document.ask('tdtActes.envoyer')
    expect(document.state).toBe('tdtActes.envoye')
  })

  test('un compte refusé à la GED garde le document, qui repart quand il est corrigé', async () => {
    const { document, hub, ged } = await town({ envoiGed: true })
    ged.mishaps.failOnce(new ConfigurationError('Le mot de passe est refusé.'))
    await document.submit()
    expect([document.state, document.current.waitingFor]).toEqual(['ged.aDeposer', 'ged'])
    await hub.resume('ged')
    expect(document.state).toBe('ged.depose')
  })

  test('refusé par le SAE, il repart sous un nouvel identifiant', async () => {
    const { document, hub, sae } = await town({ envoiSae: true })
    await document.submit()
    await hub.advance('1 min')
    sae.refuse('300', 'Accord de versement invalide')
    await hub.advance('20 min')
    expect(document.state).toBe('sae.refuse')
    await document.ask('sae.regenerer')
    sae.accept()
    await hub.advance('20 min')
    expect([document.state, sae.transfers.size]).toEqual(['termine', 2])
  })
})
