import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError } from '#core'
import { demanded, fakeTown, samplePes, testHub, typesChecked } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { tdtHelios } from '../../steps/tdt-helios/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import lsHelios from './index.ts'

const CIRCUIT = { value: 'finances/pes', label: 'Finances / PES' }

const heliosTown = async (pes: Uint8Array = samplePes()) => {
  const remotes = fakeTown()
  const hub = testHub(lsHelios, [archivage, depotGed, signature, tdtHelios, transformation], remotes.capabilities)
  return { ...remotes, hub, pes: await hub.ports.files.save(pes, 'mandats.xml') }
}

const ALL = { envoiSignature: true, envoiTdt: true, envoiDepot: true, envoiSae: true, 'signature.circuit': CIRCUIT }
const NONE = { envoiSignature: false, envoiTdt: false, envoiDepot: false, envoiSae: false }

const town = async (values: object = ALL, pes?: Uint8Array) => {
  const all = await heliosTown(pes)
  const document = await all.hub.create({ objet: 'Mandats de janvier', fichierPes: all.pes, ...values })
  return { ...all, document }
}

/** Sends the PES and brings it to the state asked, everybody at the other end saying yes. */
const arrivedAt = async (
  state: 'signature.envoye' | 'tdtHelios.envoye' | 'sae.envoye' | 'termine',
  values?: object,
) => {
  const all = await town(values)
  await all.document.submit()
  if (state === 'signature.envoye') return all
  // The signed copy holds the same PES: the stand-in of the signature book signs nothing.
  const signed = await all.hub.ports.files.save(samplePes(), 'mandats.xml')
  all.parapheur.sign(signed)
  await all.hub.advance('1 min')
  if (state === 'tdtHelios.envoye') return all
  all.helios.answer('accepted')
  await all.hub.advance('5 min')
  if (state === 'sae.envoye') return all
  all.sae.accept()
  await all.hub.advance('10 min')
  return all
}

describe('le cheminement', () => {
  test('un PES est signé, télétransmis, versé à la GED puis archivé', async () => {
    const { document, helios, ged, sae } = await arrivedAt('termine')
    expect(document.current.trail.map(stop => stop.state)).toEqual([
      ...['brouillon', 'transformation.aTransformer', 'transformation.transforme'],
      ...['signature.aEnvoyer', 'signature.envoye', 'signature.recupere', 'signature.signe'],
      ...['tdtHelios.aExtraire', 'tdtHelios.extrait', 'tdtHelios.aEnvoyer', 'tdtHelios.envoye', 'tdtHelios.repondu'],
      ...['ged.aDeposer', 'ged.depose', 'sae.aGenerer', 'sae.genere', 'sae.envoye', 'sae.arRecu', 'sae.accepte'],
      'termine',
    ])
    expect(document.data).toMatchObject({ 'tdtHelios.nomFic': 'PESALR2_Démonstration_001', 'tdtHelios.etatAck': '1' })
    expect([helios.sent.size, ged.deposits.size, sae.transfers.size]).toEqual([1, 1, 1])
  })

  test('les étapes non cochées sont sautées', async () => {
    const { document, ged } = await town({ ...NONE, envoiDepot: true })
    await document.submit()
    expect(document.state).toBe('termine')
    expect(ged.deposits.size).toBe(1)
  })

  test('c’est le PES signé qui part à la trésorerie', async () => {
    const all = await town()
    await all.document.submit()
    const signed = await all.hub.ports.files.save(samplePes({ dteStr: '2026-01-14' }), 'mandats-signes.xml')
    all.parapheur.sign(signed)
    await all.hub.advance('1 min')
    expect([...all.helios.sent.values()].map(({ pes }) => pes.name)).toEqual(['mandats-signes.xml'])
  })

  test('un acquit qui refuse n’empêche pas la suite', async () => {
    const { document, hub, helios } = await arrivedAt('tdtHelios.envoye', { ...ALL, envoiSae: false })
    helios.answer('refused')
    await hub.advance('5 min')
    expect(document.state).toBe('termine')
    expect(document.data['tdtHelios.etatAck']).toBe('2')
  })
})

describe('le formulaire', () => {
  test('le nom du PES devient l’objet, et les champs du PES se remplissent dès le dépôt', async () => {
    const { hub, pes } = await heliosTown()
    const read = await lsHelios.extract?.['fichierPes']?.(hub.ports.files.open(pes), pes)
    expect(read).toMatchObject({
      objet: 'PESALR2_Démonstration_001',
      'tdtHelios.idColl': '21340001700017',
      'tdtHelios.exercice': '2026',
    })
    for (const field of Object.keys(read ?? {})) expect(hub.flow.fields[field], field).toBeDefined()
  })

  test('un fichier qui n’est pas du XML est refusé au dépôt', async () => {
    const { hub, pes } = await heliosTown(Buffer.from('%PDF-1.4'))
    await expect(lsHelios.extract?.['fichierPes']?.(hub.ports.files.open(pes), pes)).rejects.toMatchObject({
      detail: expect.stringContaining("n'est pas un fichier XML lisible") as string,
    })
  })
})

describe('les refus et les erreurs', () => {
  test('refusé au parapheur', async () => {
    const { document, hub, parapheur } = await arrivedAt('signature.envoye')
    parapheur.refuse('Imputation à revoir')
    await hub.advance('1 min')
    expect(document.state).toBe('signature.refuse')
    await document.ask('rouvrir')
    expect(document.state).toBe('brouillon')
  })

  test('PES sans domaine : refusé avant envoi, puis corrigé', async () => {
    const { document, hub } = await town({ ...NONE, envoiTdt: true }, samplePes({ content: 'nothing' }))
    await document.submit()
    expect(document.state).toBe('tdtHelios.nonConforme')
    expect(document.message).toContain('ni dépense, ni recette')
    await document.ask('rouvrir')
    document.edit({ fichierPes: await hub.ports.files.save(samplePes(), 'corrige.xml') })
    await document.submit()
    expect(document.state).toBe('tdtHelios.envoye')
  })

  test('rejeté par le TdT', async () => {
    const { document, hub, helios } = await town({ ...NONE, envoiTdt: true })
    await document.submit()
    helios.reject('Fichier non conforme au schéma')
    await hub.advance('5 min')
    expect(document.state).toBe('tdtHelios.rejete')
    expect(document.message).toContain('non conforme')
  })

  test('dépôt refusé par la GED, puis réessayé', async () => {
    const { document, ged } = await town({ ...NONE, envoiDepot: true })
    ged.mishaps.failOnce(new PermanentError('Dossier inexistant.'))
    await document.submit()
    expect(document.state).toBe('ged.erreur')
    await document.ask('ged.deposer')
    expect(document.state).toBe('termine')
  })

  test('archive refusée, régénérée', async () => {
    const { document, hub, sae } = await arrivedAt('sae.envoye')
    sae.refuse('300', 'Profil inconnu')
    await hub.advance('10 min')
    expect(document.state).toBe('sae.refuse')
    await document.ask('sae.regenerer')
    expect(document.state).toBe('sae.envoye')
  })

  test('un connecteur mal réglé garde le PES jusqu’à sa remise en état', async () => {
    const { document, hub, helios } = await town({ ...NONE, envoiTdt: true })
    helios.mishaps.failOnce(new ConfigurationError('Certificat expiré.'))
    await document.submit()
    expect(document.state).toBe('tdtHelios.aEnvoyer')
    await hub.resume('tdtHelios')
    expect(document.state).toBe('tdtHelios.envoye')
  })
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document, pes } = await town()
  expect(document.current.title).toBe('Mandats de janvier')
  expect(await demanded(hub, { objet: 'Mandats de janvier', fichierPes: pes, ...ALL })).toEqual([
    'objet',
    'fichierPes',
    'signature.circuit',
  ])
  expect(await typesChecked(hub, { objet: 'Mandats de janvier', fichierPes: pes, ...ALL })).toEqual(['fichierPes'])
})
