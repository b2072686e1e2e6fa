import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, type DocumentContents, type FileRef, type Ged } from '#core'
import { demanded, fakeTown, fileNamed, testHub, typesChecked } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotAutomatique } from '../../steps/depot-automatique/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { publicationScdl } from '../../steps/publication-scdl/index.ts'
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
const annexe = fileNamed('plan.pdf')
const complete = {
  objet: 'Convention de mise à disposition',
  arrete: acte,
  annexes: [annexe],
  envoiSignature: true,
  envoiTdt: true,
  envoiDepot: true,
  envoiSae: true,
  'signature.circuit': { value: 'actes/deliberation', label: 'Actes / Délibération' },
  'tdtActes.nature': '1',
  'tdtActes.numero': 'DEL_2026_1',
  'tdtActes.date': '2026-01-15',
  'tdtActes.classification': { value: '1.1', label: '1.1 Marchés publics' },
  'tdtActes.typologie': [acte, annexe].map(({ sha256, name }) => ({
    sha256,
    name,
    value: '99_DE',
    label: 'Délibération (99_DE)',
  })),
}
const routes = { aucune: { envoiSignature: false, envoiTdt: false, envoiDepot: false, envoiSae: false } }

const town = async (values: object = {}) => {
  const remotes = fakeTown()
  const hub = testHub(lsActes, steps, remotes.capabilities)
  const document = await hub.create({ ...complete, ...values })
  return { ...remotes, hub, document }
}

/** Sends the acte and brings it to the state asked, everybody at the other end saying yes. */
const arrivedAt = async (
  state: 'signature.envoye' | 'tdtActes.envoye' | 'sae.envoye' | 'termine',
  values: object = {},
) => {
  const all = await town(values)
  await all.document.submit()
  if (state === 'signature.envoye') return all
  all.parapheur.sign()
  await all.hub.advance('1 min')
  if (state === 'tdtActes.envoye') return all
  all.tdt.acknowledge()
  await all.hub.advance('5 min')
  if (state === 'sae.envoye') return all
  all.sae.accept()
  await all.hub.advance('10 min')
  return all
}

describe('le cheminement', () => {
  test('une délibération est signée, télétransmise, versée à la GED puis archivée', async () => {
    const { document, parapheur, tdt, ged, sae } = await arrivedAt('termine')
    expect(document.state).toBe('termine')
    expect(document.current.trail.map(stop => stop.state)).toEqual([
      'brouillon',
      'transformation.aTransformer',
      'transformation.transforme',
      'signature.aEnvoyer',
      'signature.envoye',
      'signature.recupere',
      'signature.signe',
      'transformationFixe.aTransformer',
      'transformationFixe.transforme',
      'tdtActes.aEnvoyer',
      'tdtActes.envoye',
      'tdtActes.arRecu',
      'tdtActes.acquitte',
      'ged.aDeposer',
      'ged.depose',
      'sae.aGenerer',
      'sae.genere',
      'sae.envoye',
      'sae.arRecu',
      'sae.accepte',
      'termine',
    ])
    expect(document.journal).toContain('Acquitté par la préfecture (034-213400000-20260115-DEL_2026_1-DE)')
    expect([parapheur.folders.size, tdt.actes.size, ged.deposits.size, sae.transfers.size]).toEqual([1, 1, 1, 1])
    expect([...parapheur.folders.values()][0]?.closed).toBe(true)
  })

  test("c'est le document signé qui part en préfecture, sous le type donné à l'original", async () => {
    const { document } = await arrivedAt('termine')
    const signed = document.data['signature.signe'] as { sha256: string }
    expect(signed.sha256).not.toBe(acte.sha256)
    expect(document.data.arrete).toEqual(acte)
  })

  test('une étape dont la case est vide est sautée, et rien ne lui est demandé', async () => {
    const { document, hub, tdt } = await town({
      envoiSignature: false,
      envoiTdt: false,
      envoiSae: false,
      'tdtActes.numero': undefined,
    })
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('termine')
    expect(tdt.actes.size).toBe(0)
  })

  test('un acte dont rien n’est coché se termine : la transformation aurait pu en décider autrement', async () => {
    const { document, hub } = await town(routes.aucune)
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('termine')
  })

  test('la transformation lit les métadonnées et coche elle-même les étapes', async () => {
    const remotes = fakeTown()
    const transform = async () => ({ envoiDepot: 'true', 'tdtActes.numero': 'DEL_9' })
    const hub = testHub(lsActes, steps, { ...remotes.capabilities, transformation: { transform } })
    const document = await hub.create({ ...complete, ...routes.aucune })
    await document.submit()
    await hub.settleDown()
    expect([document.state, remotes.ged.deposits.size]).toEqual(['termine', 1])
    expect(document.data['tdtActes.numero']).toBe('DEL_9')
  })

  test('l’acte signé au parapheur prend la date de sa signature, celui qui ne l’est pas garde la sienne', async () => {
    const signed = await arrivedAt('termine', { 'tdtActes.date': '2026-01-10' })
    expect(signed.document.data['tdtActes.date']).toBe('2026-01-15')
    const { document, hub } = await town({ envoiSignature: false, 'tdtActes.date': '2026-01-10' })
    await document.submit()
    await hub.settleDown()
    expect(document.data['tdtActes.date']).toBe('2026-01-10')
  })
})

describe('la saisie', () => {
  const refusal = async (values: object) => {
    const { document } = await town(values)
    return document.submit().then(
      () => 'envoyé',
      (error: Error) => error.message,
    )
  }
  test.each([
    ['un numéro avec une espace', { 'tdtActes.numero': 'DEL 2026' }, 'sans espace'],
    [
      'une classification absente',
      { 'tdtActes.classification': undefined },
      "« Classification (matière) » n'est pas choisi",
    ],
    ['une annexe sans type', { annexes: [annexe, fileNamed('oubli.pdf')] }, 'Il manque le type de « oubli.pdf »'],
    ['un fichier vide', { arrete: { ...acte, size: 0 } }, 'est vide'],
    ['un PNG renommé en PDF', { arrete: { ...acte, type: 'image/png' } }, "est de type PNG d'après son contenu"],
    ['une date future', { 'tdtActes.date': '2031-01-01' }, 'est dans le futur'],
    ['des fichiers trop lourds', { arrete: { ...acte, size: 160_000_000 } }, 'le maximum est 150 Mo'],
  ])('%s est refusé avec une phrase', async (_cas, values, sentence) => {
    expect(await refusal(values)).toContain(sentence)
  })
})

describe('la signature', () => {
  test('un refus du parapheur arrête le document, qui peut être rouvert et renvoyé sous une nouvelle clé', async () => {
    const { document, hub, parapheur } = await arrivedAt('signature.envoye')
    parapheur.refuse('Il manque le montant')
    await hub.advance('1 min')
    expect(document.state).toBe('signature.refuse')
    expect(document.message).toBe('Signature refusée : Il manque le montant')
    await document.ask('rouvrir')
    await document.submit()
    expect(document.state).toBe('signature.envoye')
    expect(parapheur.folders.size).toBe(2)
    expect(document.data['signature.motifRefus']).toBeUndefined()
  })

  test('trente jours de silence mènent à un état qui le dit, puis une relance reprend le suivi', async () => {
    const { document, hub, parapheur } = await arrivedAt('signature.envoye')
    await hub.advance('29 d')
    expect(document.state).toBe('signature.envoye')
    await hub.advance('2 d')
    expect(document.state).toBe('signature.erreurSuivi')
    expect(document.message).toContain(
      'Aucune réponse depuis 30 jours (dernière information : En attente de la signature du maire)',
    )
    expect(document.journal.length).toBeLessThan(12)
    parapheur.sign()
    await document.ask('signature.verifier')
    expect(document.state).toBe('tdtActes.envoye')
  })

  test("un parapheur en panne fait attendre le document, puis l'envoi part une seule fois", async () => {
    const { document, hub, parapheur } = await town()
    parapheur.mishaps.goDown()
    await document.submit()
    await hub.advance('2 h')
    expect(document.state).toBe('signature.aEnvoyer')
    expect(document.message).toBe('Le service ne répond pas.')
    expect(document.journal.filter(line => line === 'Le service ne répond pas.')).toHaveLength(1)
    parapheur.mishaps.comeBack()
    await hub.advance('2 h')
    expect(document.state).toBe('signature.envoye')
    expect(parapheur.folders.size).toBe(1)
  })

  test('une réponse perdue après acceptation ne fait pas de second dossier : le premier est retrouvé', async () => {
    const { document, hub, parapheur } = await town()
    parapheur.mishaps.loseNextAnswer()
    await document.submit()
    expect(document.state).toBe('signature.aEnvoyer')
    await hub.advance('1 min')
    expect(document.state).toBe('signature.envoye')
    expect(document.journal).toContain('Dossier retrouvé au parapheur (dossier-1)')
    expect(parapheur.folders.size).toBe(1)
  })

  test('une panne qui suit une réponse perdue ne fait pas oublier le doute', async () => {
    const { document, hub, parapheur } = await town()
    parapheur.mishaps.loseNextAnswer()
    await document.submit()
    parapheur.mishaps.goDown()
    await hub.advance('10 min')
    parapheur.mishaps.comeBack()
    await hub.advance('1 h')
    expect(document.state).toBe('signature.envoye')
    expect(parapheur.folders.size).toBe(1)
  })

  test('un refus immédiat du parapheur laisse corriger le circuit, puis réessayer', async () => {
    const { document, parapheur } = await town()
    parapheur.mishaps.failOnce(new PermanentError('Le sous-type est inconnu.'))
    await document.submit()
    expect(document.state).toBe('signature.erreurEnvoi')
    expect(document.edit({ 'signature.circuit': { value: 'a/b', label: 'A / B' } })).toEqual([])
    expect(document.edit({ objet: 'Autre' })[0]?.message).toContain(
      "ne peut pas être modifié dans l'état « Envoi refusé par le parapheur »",
    )
    await document.ask('signature.envoyer')
    expect(document.state).toBe('signature.envoye')
  })

  test("un compte refusé suspend le connecteur, garde le document, et repart quand l'administrateur l'a corrigé", async () => {
    const { document, hub, parapheur } = await town()
    parapheur.mishaps.failOnce(new ConfigurationError('Le mot de passe est refusé.'))
    await document.submit()
    expect(document.state).toBe('signature.aEnvoyer')
    expect(document.current.waitingFor).toBe('signature')
    expect(document.message).toContain('est suspendu : Le mot de passe est refusé.')
    await hub.advance('1 d')
    expect(parapheur.folders.size).toBe(0)
    await hub.resume('signature')
    expect(document.state).toBe('signature.envoye')
  })
})

describe('le contrôle de légalité', () => {
  test('une réponse perdue au TdT ne télétransmet pas deux fois', async () => {
    const { document, hub, tdt, parapheur } = await arrivedAt('signature.envoye')
    tdt.mishaps.loseNextAnswer()
    parapheur.sign()
    await hub.advance('1 h')
    expect(document.state).toBe('tdtActes.envoye')
    expect(document.journal).toContain('Transaction retrouvée sur le TdT (1)')
    expect(tdt.actes.size).toBe(1)
  })

  test("un numéro déjà pris arrête l'envoi ; le numéro corrigé repart de cette étape, sans nouvelle signature", async () => {
    const { document, hub, tdt, parapheur } = await arrivedAt('signature.envoye')
    tdt.actes.set('0', { numero: 'DEL_2026_1', date: '2026-01-15', status: { is: 'pending', message: 'Posté' } })
    parapheur.sign()
    await hub.advance('1 min')
    expect(document.state).toBe('tdtActes.erreurEnvoi')
    expect(document.edit({ 'tdtActes.numero': 'DEL_2026_1B' })).toEqual([])
    expect(document.state).toBe('tdtActes.erreurEnvoi')
    await document.ask('tdtActes.envoyer')
    expect(document.state).toBe('tdtActes.envoye')
    expect(parapheur.folders.size).toBe(1)
  })

  test('un rejet de la préfecture arrête le document et dit pourquoi', async () => {
    const { document, hub, tdt } = await arrivedAt('tdtActes.envoye')
    tdt.reject('Typologie non autorisée pour cette nature')
    await hub.advance('5 min')
    expect(document.state).toBe('tdtActes.rejete')
    expect(document.message).toBe('Typologie non autorisée pour cette nature')
  })

  test('un acte acquitté peut être annulé quelle que soit la suite, une seule fois', async () => {
    const { document, hub, tdt } = await arrivedAt('termine')
    expect(document.buttons['tdtActes.annuler']).toBe(true)
    await document.ask('tdtActes.annuler')
    expect(document.state).toBe('tdtActes.annulationDemandee')
    tdt.acceptCancellations()
    await hub.advance('5 min')
    expect(document.state).toBe('tdtActes.annule')
    expect(document.buttons['tdtActes.annuler']).toBe("l'annulation a déjà été demandée")
  })

  test("une annulation refusée rend le document à l'archivage qu'elle avait interrompu", async () => {
    const { document, hub, tdt, sae } = await arrivedAt('sae.envoye')
    expect(document.state).toBe('sae.envoye')
    await document.ask('tdtActes.annuler')
    tdt.refuseCancellations('Acte déjà déféré')
    await hub.advance('5 min')
    expect(document.state).toBe('sae.envoye')
    expect(document.journal).toContain('Annulation refusée : Acte déjà déféré')
    sae.accept()
    await hub.advance('20 min')
    expect(document.state).toBe('termine')
  })

  test('tamponner à nouveau ne change pas l’état, et un échec non plus', async () => {
    const { document, hub, tdt } = await arrivedAt('termine')
    expect(document.edit({ 'tdtActes.datePublication': '2026-01-20' })).toEqual([])
    await document.ask('tdtActes.tamponner')
    expect(document.state).toBe('termine')
    expect(document.journal).toContain('Actes tamponnés récupérés à nouveau')
    tdt.mishaps.failOnce(new PermanentError('Fichiers détruits au TdT.'))
    await document.ask('tdtActes.tamponner')
    await hub.settleDown()
    expect(document.state).toBe('termine')
    expect(document.message).toBe('Fichiers détruits au TdT.')
  })
})

describe("l'archivage", () => {
  test('un refus du SAE permet un nouveau paquet sous un nouvel identifiant', async () => {
    const { document, hub, sae } = await arrivedAt('sae.envoye')
    sae.refuse('300', 'Accord de versement invalide')
    await hub.advance('20 min')
    expect(document.state).toBe('sae.refuse')
    expect(document.message).toContain('Accord de versement invalide')
    await document.ask('sae.regenerer')
    sae.accept()
    await hub.advance('20 min')
    expect(document.state).toBe('termine')
    expect(sae.transfers.size).toBe(2)
  })

  test("un bordereau invalide n'est jamais transféré", async () => {
    const { document, hub, seda, sae, tdt } = await arrivedAt('tdtActes.envoye')
    seda.mishaps.failOnce(new PermanentError('Le bordereau est invalide : service producteur absent.'))
    tdt.acknowledge()
    await hub.advance('5 min')
    expect(document.state).toBe('sae.erreurGeneration')
    expect(sae.transfers.size).toBe(0)
    await document.ask('sae.generer')
    expect(document.state).toBe('sae.envoye')
  })

  test('une réponse perdue au transfert est retrouvée par son identifiant', async () => {
    const { document, hub, sae, tdt } = await arrivedAt('tdtActes.envoye')
    sae.mishaps.loseNextAnswer()
    tdt.acknowledge()
    await hub.advance('10 min')
    sae.accept()
    await hub.advance('1 h')
    expect(document.state).toBe('termine')
    expect(sae.transfers.size).toBe(1)
  })
})

describe('les associations', () => {
  test("sans connecteur associé, le document attend et dit à qui s'adresser", async () => {
    const remotes = fakeTown()
    const { signature: _absente, ...others } = remotes.capabilities
    const hub = testHub(lsActes, steps, others)
    const document = await hub.create(complete)
    await document.submit()
    expect(document.state).toBe('signature.aEnvoyer')
    expect(document.message).toBe(
      "Aucun connecteur n'est associé à l'étape « Signature » du flux « Actes » : l'administrateur doit en associer un.",
    )
  })

  test('une erreur inattendue d’un connecteur se voit et se réessaie', async () => {
    const { document, ged, hub, tdt } = await arrivedAt('tdtActes.envoye')
    ged.mishaps.failOnce(new TypeError('cannot read properties of undefined'))
    tdt.acknowledge()
    await hub.advance('5 min')
    expect(document.state).toBe('ged.erreur')
    await document.ask('ged.deposer')
    expect(document.state).toBe('sae.envoye')
  })
})

describe('le dépôt automatique', () => {
  test('un acte acquitté est remis au flux de dépôt dès qu’on lui associe un connecteur, avec ses pièces tamponnées et ses champs', async () => {
    const { document, hub, tdt } = await town({ envoiSignature: false, envoiDepot: false, envoiSae: false })
    hub.associated.add('depot-ged')
    await document.submit()
    expect(hub.created).toEqual([])
    tdt.acknowledge()
    await hub.advance('5 min')
    expect(document.state).toBe('termine')
    expect(hub.created).toHaveLength(1)
    const [{ flow, values, then } = expect.fail()] = hub.created
    expect([flow, then]).toEqual(['depot-ged', { whenValid: 'envoyer' }])
    const { titre, fichiers, metadonnees } = values as {
      readonly titre: string
      readonly fichiers: readonly { readonly name: string }[]
      readonly metadonnees: readonly { readonly nom: string; readonly valeur: string }[]
    }
    expect(titre).toBe('Convention de mise à disposition')
    expect(fichiers.map(({ name }) => name)).toEqual([
      'acte-tampon.pdf',
      'plan.pdf-tampon.pdf',
      'ar.xml',
      'bordereau.pdf',
    ])
    expect(metadonnees).toContainEqual({ nom: 'tdtActes.numero', valeur: 'DEL_2026_1' })
    expect(metadonnees).toContainEqual({ nom: 'tdtActes.classification', valeur: '1.1' })
    expect(metadonnees.map(({ nom }) => nom)).not.toContain('objet')
    expect(document.data['depotAutomatique.depotId']).toBe('autre1')
  })

  test('sans association, sans contrôle de légalité, ou quand l’agent demande lui-même le dépôt, rien n’est créé', async () => {
    const { hub } = await arrivedAt('termine', { envoiDepot: false })
    expect(hub.created).toEqual([])
    const asked = await town({ envoiSignature: false })
    asked.hub.associated.add('depot-ged')
    await asked.document.submit()
    asked.tdt.acknowledge()
    await asked.hub.advance('5 min')
    expect([asked.ged.deposits.size, asked.hub.created]).toEqual([1, []])
    const { document, hub: other } = await town(routes.aucune)
    other.associated.add('depot-ged')
    await document.submit()
    expect([document.state, other.created]).toEqual(['termine', []])
  })
})

describe('la publication en données ouvertes', () => {
  const published = { envoiSignature: false, envoiDepot: false, envoiSae: false, publication: true }
  const reglages = { siret: '21340172201787', prefecture: 'PREF034', separateur: 'virgule' }

  const publishing = async (
    values: object = {},
    settings: object = reglages,
    prepare: (remotes: ReturnType<typeof fakeTown>) => void = () => undefined,
  ) => {
    const remotes = fakeTown()
    const received: DocumentContents[] = []
    const texts = new Map<string, string>()
    const ged: Ged = {
      async deposit(contents, key) {
        const deposited = await remotes.ged.ged.deposit(contents, key)
        received.push(contents)
        const { donnees } = contents.values as { readonly donnees: FileRef }
        for await (const chunk of hub.ports.files.open(donnees)) texts.set(donnees.name, String(chunk))
        return deposited
      },
    }
    const hub = testHub(lsActes, steps, {
      ...remotes.capabilities,
      ged,
      reglages: { lire: async () => ({ ...settings }) },
    })
    const document = await hub.create({ ...complete, ...published, ...values })
    await document.submit()
    prepare(remotes)
    remotes.tdt.acknowledge()
    await hub.advance('5 min')
    return { ...remotes, hub, document, received, texts }
  }

  test('une délibération acquittée est déposée, tamponnée, avec sa ligne au format national', async () => {
    const { document, received, texts } = await publishing({
      'publicationScdl.votePour': '23',
      'publicationScdl.budgetAnnee': '2026',
    })
    expect([document.state, received.length]).toEqual(['termine', 1])
    expect(received[0]?.values).toMatchObject({
      acte: { sha256: fileNamed('acte-tampon.pdf').sha256, name: 'DELIBERATION-213401722-2026-DEL_2026_1.pdf' },
    })
    expect(texts.get('DELIBERATION-213401722-2026-DEL_2026_1.csv')?.split('\r\n')[1]).toBe(
      'Ville de Démonstration,21340172201787,DEL_2026_1,2026-01-15,1.1,commande publique/marchés publics,Convention de mise à disposition,2026,,PREF034,2026-01-15,,,23,,,',
    )
  })

  test('l’adresse publique réglée par l’administrateur est celle de l’acte, sous son nom de dépôt', async () => {
    const { document } = await publishing({}, { ...reglages, adresse: 'https://donnees.ville.fr/%dossier%/%fichier%' })
    expect(document.data['publicationScdl.adresse']).toBe(
      'https://donnees.ville.fr/DELIBERATION-213401722-2026-DEL_2026_1/DELIBERATION-213401722-2026-DEL_2026_1.pdf',
    )
  })

  test.each([
    ['un arrêté', { 'tdtActes.nature': '2' }],
    ['une délibération dont la case est vide', { publication: false }],
    ['un acte qui ne passe pas par le contrôle de légalité', { envoiTdt: false }],
  ])('%s n’est pas publié', async (_cas, values) => {
    const { document, received } = await publishing(values)
    expect([document.state, received.length]).toEqual(['termine', 0])
  })

  test('un décompte qui n’est pas un nombre est refusé avant l’envoi en préfecture', async () => {
    const sent = publishing({ 'publicationScdl.votePour': 'unanimité' })
    await expect(sent).rejects.toThrow('Un décompte de voix est un nombre entier')
  })

  test('une classification à un seul niveau ne se publie pas : l’agent laisse l’acte continuer sans elle', async () => {
    const { document, received } = await publishing({ 'tdtActes.classification': { value: '9', label: '9 Autres' } })
    expect([document.state, received.length]).toEqual(['publicationScdl.erreur', 0])
    expect(document.message).toContain("« 9 Autres » n'a pas deux niveaux")
    await document.ask('publicationScdl.ecarter')
    expect(document.state).toBe('termine')
  })

  test('un SIRET faux dans les réglages nomme la colonne, et rien n’est déposé', async () => {
    const { document, received } = await publishing({}, { siret: '2134' })
    expect([document.state, received.length]).toEqual(['publicationScdl.erreur', 0])
    expect(document.message).toContain("(COLL_SIRET) : « 2134 » n'est pas un SIRET")
  })

  test('un dépôt refusé dit pourquoi et se réessaie ; une réponse perdue n’en fait pas un second', async () => {
    const { document, hub, ged } = await publishing({}, reglages, remotes =>
      remotes.ged.mishaps.failOnce(new PermanentError('Le répertoire est plein.')),
    )
    expect([document.state, document.message]).toEqual(['publicationScdl.erreur', 'Le répertoire est plein.'])
    expect(document.edit({ 'publicationScdl.votePour': '24' })).toEqual([])
    ged.mishaps.loseNextAnswer()
    await document.ask('publicationScdl.publier')
    await hub.advance('1 min')
    expect([document.state, ged.deposits.size]).toEqual(['termine', 1])
  })
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document } = await town()
  expect(document.current.title).toBe(complete.objet)
  expect(await demanded(hub, complete)).toEqual([
    'objet',
    'arrete',
    'signature.circuit',
    'tdtActes.nature',
    'tdtActes.numero',
    'tdtActes.date',
    'tdtActes.classification',
    'tdtActes.typologie',
  ])
  expect(await typesChecked(hub, complete)).toEqual(['arrete'])
})
