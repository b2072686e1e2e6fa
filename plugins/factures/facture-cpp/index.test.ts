import { afterEach, describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError } from '#core'
import { fakeTown, temporaryFiles, testHub, fakePortail, samplePivot } from '#core/testing'
import { controleStatut } from '../../steps/controle-statut/index.ts'
import { decisionVisa } from '../../steps/decision-visa/index.ts'
import { depotAutomatique } from '../../steps/depot-automatique/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { miseADisposition } from '../../steps/mise-a-disposition/index.ts'
import { orientation } from '../../steps/orientation/index.ts'
import { receptionFacture } from '../../steps/reception-facture/index.ts'
import { archivage } from '../../steps/sae/index.ts'
import { editsOf, statutFacture } from '../../steps/statut-facture/index.ts'
import { suiviFacture } from '../../steps/suivi-facture/index.ts'
import { visaFacture } from '../../steps/visa-facture/index.ts'
import factureCpp from './index.ts'

const STEPS = [
  receptionFacture,
  depotAutomatique,
  statutFacture,
  orientation,
  controleStatut,
  visaFacture,
  decisionVisa,
  depotGed,
  miseADisposition,
  archivage,
  suiviFacture,
]

const AUTO = { envoiAuto: true, 'visa.circuit': { value: 'factures', label: 'Factures' } }

const cleanups: (() => PromiseLike<void>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean()
})

/** A town whose portal holds invoice 1221, and its document as the connector delivers it. */
const town = async (
  values: Readonly<Record<string, unknown>> = {},
  {
    settings,
    numeros = ['F-1'],
  }: { readonly settings?: Readonly<Record<string, unknown>>; readonly numeros?: readonly string[] } = {},
) => {
  const remotes = fakeTown()
  const files = await temporaryFiles()
  cleanups.push(() => files[Symbol.asyncDispose]())
  const fake = fakePortail(() => hub.clock.now())
  const hub = testHub(
    factureCpp,
    STEPS,
    {
      ...remotes.capabilities,
      portailFactures: fake.portail,
      ...(settings ? { reglages: { lire: async () => settings } } : {}),
    },
    { files },
  )
  fake.receive('1221')
  const pivot = await files.save(samplePivot(...numeros), '1221.xml')
  const delivered = { surPortail: true, idFacture: '1221', statut: 'MISE_A_DISPOSITION', origine: 'CPP', numero: 'F-1' }
  const document = await hub.create({ ...delivered, pivot, ...values })
  return { ...remotes, fake, hub, document, files }
}

/** The same, sent on its way. */
const arrived = async (...given: Parameters<typeof town>) => {
  const all = await town(...given)
  await all.document.submit()
  await all.hub.settleDown()
  return all
}

const historique = (document: { readonly data: Readonly<Record<string, unknown>> }) =>
  document.data['historique'] as readonly {
    readonly statut: string
    readonly auteur?: string
    readonly commentaire?: string
  }[]

describe('une facture reçue', () => {
  test('donne ses champs, son PDF et ses pièces, et son historique', async () => {
    const { document } = await arrived()
    expect(document.state).toBe('orientation.aOrienter')
    expect(document.current.title).toBe('F-1')
    expect(document.data).toMatchObject({
      fournisseurNom: 'Papeterie de la Forêt',
      montantTtc: '120.00',
      numeroEngagement: 'BC-17',
      codeService: 'COMPTA',
      date: '2026-01-10',
      pdf: { name: 'FAC-F-1.pdf', type: 'application/pdf' },
      original: { name: 'FAC-F-1.pdf' },
      annexes: [{ name: 'bon.txt' }],
      dateMiseADisposition: '2026-01-15',
      'reception.donnees': { name: 'donnees_pivot.json' },
    })
    expect(historique(document)).toMatchObject([{ statut: 'Mise à disposition' }])
  })

  test('est remise au dépôt en GED, PDF, pivot et pièces, dès qu’un connecteur y est associé', async () => {
    const { document, hub } = await town()
    hub.associated.add('depot-ged')
    await document.submit()
    await hub.settleDown()
    expect(hub.created).toMatchObject([
      {
        flow: 'depot-ged',
        values: { fichiers: [{ name: 'FAC-F-1.pdf' }, { name: '1221.xml' }, { name: 'bon.txt' }] },
      },
    ])
    expect(document.state).toBe('orientation.aOrienter')
  })

  test('illisible, elle le dit et peut être supprimée ; réparée, elle repart', async () => {
    const { document, hub, files } = await town()
    document.edit({ pivot: await files.save('<?xml version="1.0"?><CPPFacturePivot>', 'abime.xml') })
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('reception.erreurPivot')
    expect(document.message).toContain("n'est pas un pivot Chorus Pro utilisable")
    expect(document.buttons['supprimer']).toBe(true)
    await document.ask('reception.integrer')
    expect(document.state).toBe('reception.erreurPivot')
  })

  test('dont le pivot est incomplet est reçue, et dit à l’agent ce qui y manque', async () => {
    const { document, hub, files } = await town()
    const damaged = samplePivot('F-1').replace('<MontantTTC>120.00</MontantTTC>', '').replace('<Type>380', '<Type>999')
    document.edit({ pivot: await files.save(damaged, '1221.xml') })
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('orientation.aOrienter')
    expect(document.data['reception.aVerifier']).toBe(
      [
        'Type (DonneesFacture/Type) : « 999 » n’est pas un type de facture (380 ou 381).',
        'Montant TTC (DonneesFacture/Montants/MontantTTC) : manque.',
      ].join('\n'),
    )
  })

  test('arrivée dans un fichier de plusieurs factures, chacune a son document', async () => {
    const bare = {
      surPortail: undefined,
      idFacture: undefined,
      statut: undefined,
      origine: undefined,
      numero: undefined,
    }
    const { document, hub } = await arrived(bare, { numeros: ['F-1', 'F-2', 'F-3'] })
    expect(document.current.title).toBe('F-1')
    expect(document.data['origine']).toBe('GLANEUR')
    expect(hub.created.map(({ reference, values }) => [reference, values['numero']])).toEqual([
      ['pivot-2', 'F-2'],
      ['pivot-3', 'F-3'],
    ])
    const second = await hub.create(hub.created[0]?.values ?? {})
    await second.submit()
    expect(second.data['pdf']).toMatchObject({ name: 'FAC-F-2.pdf' })
    expect(hub.created).toHaveLength(2)
  })

  test('prend la route réglée par l’administrateur', async () => {
    const settings = { envoiVisa: true, circuit: 'factures', envoiGed: true, envoiAuto: true }
    const { document, parapheur } = await arrived({}, { settings })
    expect(document.state).toBe('visa.envoye')
    expect([...parapheur.folders.values()][0]?.document.name).toBe('FAC-F-1.pdf')
  })
})

describe('le visa', () => {
  test('obtenu, déclare le service fait et continue jusqu’au suivi du paiement', async () => {
    const { document, hub, parapheur, fake, ged, sae } = await arrived({
      ...AUTO,
      envoiVisa: true,
      envoiGed: true,
      miseADisposition: true,
      envoiSae: true,
    })
    parapheur.sign()
    await hub.advance('2 min')
    expect(fake.historyOf('1221').statut).toBe('SERVICE_FAIT')
    expect(document.state).toBe('sae.envoye')
    sae.accept()
    await hub.advance('20 min')
    expect(document.state).toBe('suivi.enCours')
    expect(document.data['statut']).toBe('SERVICE_FAIT')
    expect(document.data['finances.faite']).toBe(true)
    // One deposit in GED, one for the finance software.
    expect(ged.deposits.size).toBe(2)
    fake.move('1221', 'MANDATEE')
    await hub.advance('2 h')
    expect(document.data['statut']).toBe('MANDATEE')
    expect(document.state).toBe('suivi.enCours')
    fake.move('1221', 'MISE_EN_PAIEMENT')
    await hub.advance('2 h')
    expect(document.state).toBe('termine')
    expect(historique(document).map(({ statut }) => statut)).toEqual([
      'Mise en paiement',
      'Mandatée',
      'Service fait',
      'Mise à disposition',
    ])
  })

  test('refusé, rejette la facture avec le motif du parapheur, et le dépôt est écarté', async () => {
    const { document, hub, parapheur, fake, ged } = await arrived({ ...AUTO, envoiVisa: true, envoiGed: true })
    parapheur.refuse('Livraison incomplète')
    await hub.advance('2 min')
    expect(fake.pushes).toEqual([{ statut: 'REJETEE', motif: 'Livraison incomplète', mandat: undefined }])
    expect(document.journal.join('\n')).toContain('Le dépôt est écarté : la facture est « Rejetée »')
    expect(ged.deposits.size).toBe(0)
    await hub.advance('1 h')
    expect(document.state).toBe('termine')
  })

  test('n’a plus de sens quand le service est déjà fait : il est écarté, et la suite continue', async () => {
    const { document, hub, fake, parapheur } = await town({ ...AUTO, envoiVisa: true, envoiGed: true })
    fake.move('1221', 'SERVICE_FAIT')
    await document.submit()
    await hub.settleDown()
    expect(parapheur.folders.size).toBe(0)
    expect(document.journal.join('\n')).toContain('Le visa est écarté')
    expect(document.state).toBe('suivi.enCours')
  })

  test('dont Chorus Pro refuse la décision laisse l’agent redemander ou poursuivre', async () => {
    const { document, hub, fake, parapheur } = await arrived({ ...AUTO, envoiVisa: true })
    fake.move('1221', 'REJETEE')
    parapheur.sign()
    await hub.advance('2 min')
    expect(document.state).toBe('decisionVisa.refusee')
    expect(document.message).toContain('a changé entre-temps : elle a été passée à « Rejetée » par Portail')
    await document.ask('decisionVisa.retransmettre')
    expect(document.state).toBe('decisionVisa.refusee')
    expect(document.message).toContain('« Rejetée » ne peut pas passer à « Service fait »')
    await document.ask('decisionVisa.laisser')
    expect(document.state).toBe('suivi.enCours')
  })
})

describe('ce que Chorus Pro apprend au dossier, par la relève', () => {
  test('entre où que le dossier soit, avec sa date, son auteur et son motif, une seule fois', async () => {
    const { document, fake } = await arrived()
    fake.move('1221', 'SERVICE_FAIT')
    fake.move('1221', 'SUSPENDUE', 'Bon de commande absent')
    const history = fake.historyOf('1221')
    await document.signal('chorus.nouvelles', { history })
    expect(document.state).toBe('orientation.aOrienter')
    expect(document.data).toMatchObject({ statut: 'SUSPENDUE', annulee: true })
    expect(historique(document)[0]).toMatchObject({
      statut: 'Suspendue',
      auteur: 'Portail',
      commentaire: 'Bon de commande absent',
    })
    expect(document.journal.join('\n')).toMatch(
      /« Service fait » le \d{2}\/.*, par Portail ; « Suspendue » le .*, par Portail, motif : Bon de commande absent\./u,
    )
    await expect(document.signal('chorus.nouvelles', { history })).rejects.toThrow('sait déjà')
  })

  test('n’est pas attendu avant que le statut soit lu une première fois', async () => {
    const { document, fake } = await town()
    await expect(document.signal('chorus.nouvelles', { history: fake.historyOf('1221') })).rejects.toThrow(
      'ne l’attend pas',
    )
  })

  test('termine le suivi quand la facture est payée, et le rouvre s’il s’était lassé', async () => {
    const { document, hub, fake } = await arrived(AUTO)
    await hub.advance('402 d')
    expect(document.state).toBe('suivi.sansNouvelles')
    fake.move('1221', 'MANDATEE')
    await document.signal('suivi.nouvelles', { history: fake.historyOf('1221') })
    expect(document.state).toBe('suivi.enCours')
    fake.move('1221', 'MISE_EN_PAIEMENT')
    await document.signal('suivi.nouvelles', { history: fake.historyOf('1221') })
    expect(document.state).toBe('termine')
    expect(document.data['statut']).toBe('MISE_EN_PAIEMENT')
  })

  test('n’est pas remplacé par une lecture commencée avant', async () => {
    const { document, fake, files } = await arrived()
    const before = fake.historyOf('1221')
    const late = await editsOf(files, { ...before, passages: [...before.passages] })
    fake.move('1221', 'MANDATEE')
    await document.signal('chorus.nouvelles', { history: fake.historyOf('1221') })
    expect(late(document.data)).toEqual({})
  })

  test('et qui croise un changement demandé ici est dit, des deux côtés, sans rien écraser', async () => {
    const { document, hub, fake } = await arrived()
    document.edit({ 'chorus.motif': 'Bon de commande absent' })
    fake.mishaps.goDown()
    await document.ask('chorus.suspendre')
    expect(document.state).toBe('chorus.demandee')
    fake.move('1221', 'SERVICE_FAIT')
    await document.signal('chorus.nouvelles', { history: fake.historyOf('1221') })
    expect(document.journal.at(-2)).toContain('Au même moment, le passage à « Suspendue » était demandé ici')
    expect(document.data['statut']).toBe('SERVICE_FAIT')
    fake.mishaps.comeBack()
    await hub.advance('1 h')
    expect(document.state).toBe('chorus.refusee')
    expect(document.message).toContain('elle a été passée à « Service fait » par Portail')
    expect(fake.pushes).toEqual([])
    // The agent has seen it: asked for again, it is done.
    document.edit({ 'chorus.cible': 'SUSPENDUE' })
    await document.ask('chorus.redemander')
    expect(fake.pushes).toMatchObject([{ statut: 'SUSPENDUE' }])
  })

  test('sur une facture tenue ici, s’ajoute à ce qu’un agent y a déclaré, et la différence est dite', async () => {
    const { document, hub, fake } = await arrived({ surPortail: false, origine: 'CSV' })
    document.edit({ 'chorus.cible': 'MANDATEE' })
    await hub.advance('1 h')
    await document.ask('chorus.changer')
    await hub.advance('1 h')
    fake.move('1221', 'REJETEE', 'Doublon')
    await document.signal('chorus.nouvelles', { history: fake.historyOf('1221') })
    expect(document.data['statut']).toBe('REJETEE')
    expect(historique(document).map(({ statut }) => statut)).toEqual(['Rejetée', 'Mandatée', 'Mise à disposition'])
    expect(document.journal.join('\n')).toContain('Ici, elle avait été déclarée « Mandatée »')
  })

  test('l’emporte sur un visa refusé entre-temps, tant qu’un agent n’insiste pas', async () => {
    const { document, hub, parapheur, fake } = await arrived({ ...AUTO, envoiVisa: true })
    fake.move('1221', 'SERVICE_FAIT')
    parapheur.refuse('Livraison incomplète')
    await hub.advance('2 min')
    expect(document.state).toBe('decisionVisa.refusee')
    expect(fake.pushes).toEqual([])
    await document.ask('decisionVisa.retransmettre')
    expect(fake.pushes).toMatchObject([{ statut: 'REJETEE', motif: 'Livraison incomplète' }])
  })
})

describe('le statut changé par un agent', () => {
  test('mandatée avec son numéro : poussée, relue, et l’agent reste où il était', async () => {
    const { document, fake } = await arrived()
    expect(document.edit({ 'chorus.numeroMandat': '2026-1234' })).toEqual([])
    await document.ask('chorus.mandater')
    expect(fake.pushes).toEqual([{ statut: 'MANDATEE', motif: undefined, mandat: '2026-1234' }])
    expect(document.state).toBe('orientation.aOrienter')
    expect(document.data['statut']).toBe('MANDATEE')
    expect(document.data['chorus.numeroMandat']).toBeUndefined()
  })

  test('suspendre ou rejeter demande un motif, que le fournisseur lira', async () => {
    const { document, fake } = await arrived()
    expect(document.buttons['chorus.suspendre']).toContain('Un motif est obligatoire')
    await expect(document.ask('chorus.rejeter')).rejects.toThrow('Un motif est obligatoire')
    document.edit({ 'chorus.motif': 'Bon de commande absent' })
    await document.ask('chorus.suspendre')
    expect(fake.pushes[0]).toMatchObject({ statut: 'SUSPENDUE', motif: 'Bon de commande absent' })
    expect(document.data['annulee']).toBe(true)
    expect(document.buttons['chorus.mandater']).toContain('elle reviendra dans un nouveau dossier')
  })

  test('la matrice des changements permis grise les boutons', async () => {
    const { document, fake } = await arrived()
    fake.move('1221', 'MANDATEE')
    await document.ask('chorus.synchroniser')
    expect(document.data['statut']).toBe('MANDATEE')
    expect(document.buttons['chorus.serviceFait']).toContain('« Mandatée » ne peut pas passer à « Service fait »')
    expect(document.buttons['chorus.mandater']).toContain('déjà « Mandatée »')
  })

  test('refusé par Chorus Pro, il le dit en rouge ; l’agent corrige et redemande', async () => {
    const { document, fake } = await arrived()
    fake.move('1221', 'SERVICE_FAIT')
    document.edit({ 'chorus.cible': 'COMPTABILISEE' })
    await document.ask('chorus.changer')
    expect(document.state).toBe('chorus.refusee')
    expect(document.message).toContain('« Service fait » ne peut pas passer à « Comptabilisée »')
    expect(document.data).toMatchObject({
      statut: 'SERVICE_FAIT',
      'chorus.refus': expect.stringContaining('refuse') as string,
    })
    expect(document.buttons['chorus.mandater']).toContain('a été refusé')
    document.edit({ 'chorus.cible': 'MANDATEE' })
    await document.ask('chorus.redemander')
    expect(document.state).toBe('orientation.aOrienter')
    expect(fake.historyOf('1221').statut).toBe('MANDATEE')
    expect(document.data['chorus.refus']).toBeUndefined()
  })

  test('refusé puis abandonné, même après une panne inattendue : le document reprend où il était', async () => {
    const { document, hub, fake } = await arrived({ ...AUTO, envoiVisa: true })
    fake.mishaps.failOnce(new TypeError('cannot read'))
    await document.ask('chorus.mandater')
    expect(document.state).toBe('chorus.refusee')
    await document.ask('chorus.renoncer')
    expect(document.state).toBe('visa.envoye')
    await hub.advance('1 h')
    expect(document.state).toBe('visa.envoye')
  })

  test('demandé là où une étape a échoué, il laisse le bouton « Réessayer » de cette étape', async () => {
    const { document, hub, ged, fake } = await town({ ...AUTO, envoiGed: true })
    ged.mishaps.failOnce(new PermanentError('Fichier déjà présent'))
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('ged.erreur')
    await document.ask('chorus.mandater')
    expect(fake.historyOf('1221').statut).toBe('MANDATEE')
    expect(document.state).toBe('ged.erreur')
    await document.ask('ged.deposer')
    expect(document.state).toBe('suivi.enCours')
  })

  test('dont la réponse s’est perdue n’est pas demandé deux fois', async () => {
    const { document, hub, fake } = await arrived()
    fake.mishaps.loseNextAnswer()
    await document.ask('chorus.serviceFait')
    expect(document.state).toBe('chorus.demandee')
    await hub.advance('1 h')
    expect(document.state).toBe('orientation.aOrienter')
    expect(fake.pushes).toHaveLength(1)
  })

  test('sur une facture sans Chorus Pro, l’historique est tenu ici, avec son auteur et son motif', async () => {
    const { document, fake } = await arrived({ surPortail: false, origine: 'PIVOT' })
    document.edit({ 'chorus.motif': 'Payée par régie', 'chorus.cible': 'SERVICE_FAIT;MANDATEE' })
    await document.ask('chorus.changer')
    expect(fake.pushes).toEqual([])
    expect(document.data['statut']).toBe('MANDATEE')
    expect(historique(document)).toMatchObject([
      { statut: 'Mandatée', commentaire: 'Payée par régie' },
      { statut: 'Mise à disposition' },
    ])
    expect(document.buttons['chorus.synchroniser']).toContain('n’est pas suivie sur Chorus Pro')
  })
})

describe('les pannes', () => {
  test('Chorus Pro muet fait attendre, et un compte refusé suspend le connecteur', async () => {
    const { document, hub, fake } = await town()
    fake.mishaps.goDown()
    await document.submit()
    await hub.advance('2 h')
    expect(document.state).toBe('chorus.aSynchroniser')
    fake.mishaps.comeBack()
    fake.mishaps.failOnce(new ConfigurationError('Le compte technique est refusé.'))
    await hub.advance('2 h')
    expect(document.message).toContain('Le compte technique est refusé.')
    await hub.resume('portailFactures')
    expect(document.state).toBe('orientation.aOrienter')
  })

  test('une facture inconnue du portail mène à un état qui le dit, d’où l’on réessaie', async () => {
    const { document, hub, fake } = await town(AUTO)
    fake.mishaps.failOnce(new PermanentError('La facture 1221 est inconnue.'))
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('chorus.erreur')
    await document.ask('chorus.lire')
    expect(document.state).toBe('suivi.enCours')
  })

  test('le suivi s’arrête sur demande, et un silence de quatre cents jours se voit', async () => {
    const { document, hub } = await arrived(AUTO)
    expect(document.state).toBe('suivi.enCours')
    await hub.advance('402 d')
    expect(document.state).toBe('suivi.sansNouvelles')
    await document.ask('suivi.arreter')
    expect(document.state).toBe('termine')
  })

  test('un contrôle ou une mise à disposition en erreur se réessaie', async () => {
    const { document, hub, ged } = await town({ ...AUTO, miseADisposition: true })
    ged.mishaps.failOnce(new PermanentError('Droit manquant'))
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('finances.erreur')
    await document.ask('finances.mettre')
    expect(document.state).toBe('suivi.enCours')
  })
})
