import { json } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { PermanentError, TemporaryError, type DocumentContents, type FileRef } from '#core'
import { demanded, testHub } from '#core/testing'
import { formulaireDecp } from '../../steps/publication-decp/exemple.ts'
import { publicationDecp } from '../../steps/publication-decp/index.ts'
import decp from './index.ts'

const premier = {
  objet: 'Réhabilitation de la médiathèque Émile-Zola',
  numero: '2026-TVX-042',
  cpv: '45212330',
  dateNotification: '2026-01-08',
}

const inStep = (values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`publicationDecp.${name}`, value]))

const town = async (first: object = {}, form: object = {}) => {
  const deposits: { readonly contents: DocumentContents; readonly key: string }[] = []
  let mishap: Error | undefined
  const hub = testHub(decp, [publicationDecp], {
    ged: {
      async deposit(contents, key) {
        const now = mishap
        mishap = undefined
        if (now) throw now
        if (!deposits.some(each => each.key === key)) deposits.push({ contents, key })
        return { ids: {}, location: `/opendata/${contents.title}` }
      },
    },
  })
  const document = await hub.create({ ...premier, ...first, ...inStep({ ...formulaireDecp, ...form }) })
  const read = async (rank: number) =>
    (await json(hub.ports.files.open(deposits[rank]?.contents.values['donnees'] as FileRef))) as {
      readonly marches: { readonly marche: readonly [Readonly<Record<string, unknown>>] }
    }
  return {
    hub,
    document,
    deposits,
    failOnce: (error: Error) => {
      mishap = error
    },
    marche: async (rank: number) => (await read(rank)).marches.marche[0],
    edit: (values: Readonly<Record<string, unknown>>) => document.edit(inStep(values)),
  }
}

const AVENANT = {
  dateNotification: '2026-03-01',
  montant: 450_000,
  titulaires: 'SIRET 83415751300245\ntva FR40303265045',
}

describe('la première publication', () => {
  test('les données essentielles du marché sont déposées, seules, au format DECP 2.0', async () => {
    const { document, deposits, marche } = await town()
    await document.submit()
    expect([document.state, document.data['publicationDecp.emplacement']]).toEqual([
      'termine',
      '/opendata/decp-21340172201787-2026-TVX-042-v1',
    ])
    expect(deposits.length).toBe(1)
    expect(Object.keys(deposits[0]?.contents.values ?? {})).toEqual(['donnees', 'numero', 'objet', 'siret'])
    expect(await marche(0)).toEqual({
      id: '2026-TVX-042',
      acheteur: { id: '21340172201787' },
      nature: 'Marché',
      objet: premier.objet,
      codeCPV: '45212330',
      techniques: { technique: ['Sans objet'] },
      modalitesExecution: { modaliteExecution: ['Tranches'] },
      marcheInnovant: false,
      ccag: 'Travaux',
      offresRecues: 4,
      attributionAvance: false,
      typeGroupementOperateurs: 'Pas de groupement',
      sousTraitanceDeclaree: false,
      procedure: "Appel d'offres ouvert",
      lieuExecution: { code: '34172', typeCode: 'Code commune' },
      dureeMois: 18,
      dateNotification: '2026-01-08',
      datePublicationDonnees: '2026-01-15',
      montant: 412_000.5,
      typesPrix: { typePrix: ['Définitif révisable'] },
      formePrix: 'Forfaitaire',
      titulaires: [{ titulaire: { typeIdentifiant: 'SIRET', id: '83415751300245' } }],
      considerationsSociales: { considerationSociale: ['Clause sociale'] },
      considerationsEnvironnementales: { considerationEnvironnementale: ['Pas de considération environnementale'] },
    })
  })

  test.each([
    ['une durée avec des virgules', {}, { dureeMois: 1.5 }, "« Durée (mois) » : 1.5 n'est pas un nombre entier."],
    [
      'un SIRET de titulaire trop court',
      {},
      { titulaires: [{ id: '834157513', type: 'SIRET' }] },
      "« Titulaires, ligne 1, Identifiant » : « 834157513 » n'est pas un SIRET : quatorze chiffres.",
    ],
    [
      'deux fois la même technique',
      {},
      { techniques: [{ technique: 'Concours' }, { technique: 'Concours' }] },
      "« Techniques d'achat » : la même ligne y est deux fois.",
    ],
    [
      'plus de produits français que de produits européens',
      {},
      { origineUE: 0.2, origineFrance: 0.5 },
      "« Part des produits français » : elle dépasse celle de l'Union européenne",
    ],
    [
      'un titulaire d’avenant mal écrit',
      {},
      { modifications: [{ ...AVENANT, titulaires: 'Dupont SA' }] },
      "« Modifications du marché, ligne 1, Nouveaux titulaires » : « DUPONT » n'est pas dans la liste du format",
    ],
    [
      'la modification d’un acte de sous-traitance qui n’existe pas',
      {},
      { modificationsActes: [{ acte: 2, dateNotification: '2026-03-01', montant: 1000 }] },
      "il n'y a pas d'acte de rang 2",
    ],
  ])('%s n’est pas publié : la faute est dite à son champ, et se corrige', async (_cas, first, form, sentence) => {
    const { document, deposits } = await town(first, form)
    await document.submit()
    expect(document.state).toBe('publicationDecp.nonConforme')
    expect(document.message).toContain(sentence)
    expect(deposits.length).toBe(0)
    await document.ask('rouvrir')
    document.edit(
      inStep({
        ...formulaireDecp,
        origineUE: undefined,
        origineFrance: undefined,
        modifications: [],
        modificationsActes: [],
      }),
    )
    await document.submit()
    expect([document.state, deposits.length]).toEqual(['termine', 1])
  })

  test('un code CPV trop court, un champ obligatoire vide : le formulaire les refuse à leur place', async () => {
    const { document, edit } = await town({}, { procedure: undefined })
    expect(document.edit({ cpv: '4521' }).map(({ field }) => field)).toEqual(['cpv'])
    await expect(document.submit()).rejects.toThrow("« Procédure » n'est pas choisi")
    expect(edit({ siret: '213401722' }).map(({ message }) => message)).toEqual([
      'Le SIRET compte quatorze chiffres, sans espace.',
    ])
  })

  test('un dépôt refusé se réessaie avec le même fichier ; une coupure ne dépose pas deux fois', async () => {
    const { document, deposits, failOnce, hub, marche } = await town()
    failOnce(new PermanentError('Le dossier « opendata » n’existe pas.'))
    await document.submit()
    expect([document.state, document.message]).toEqual([
      'publicationDecp.erreurDepot',
      'Le dossier « opendata » n’existe pas.',
    ])
    await hub.advance('3 d')
    failOnce(new TemporaryError('La connexion a été coupée.', { maybeSent: true }))
    await document.ask('publicationDecp.publier')
    await hub.advance('1 min')
    expect([document.state, deposits.length]).toEqual(['termine', 1])
    // Prepared on that day, published later: what was checked is what goes.
    expect(await marche(0)).toMatchObject({ datePublicationDonnees: '2026-01-15' })
  })
})

describe('après la publication', () => {
  const published = async () => {
    const all = await town()
    await all.document.submit()
    await all.hub.advance('60 d')
    return all
  }

  test('un avenant s’ajoute : les données initiales et leur date ne changent pas', async () => {
    const { document, edit, marche, deposits } = await published()
    await expect(document.ask('publicationDecp.publierModification')).resolves.toBeUndefined()
    expect([deposits.length, document.message]).toEqual([1, expect.stringContaining('Rien de nouveau')])
    expect(edit({ modifications: [AVENANT] })).toEqual([])
    await document.ask('publicationDecp.publierModification')
    expect([document.state, document.data['publicationDecp.publications']]).toEqual(['termine', 2])
    const [before, after] = [await marche(0), await marche(1)]
    expect(after).toEqual({
      ...before,
      modifications: [
        {
          modification: {
            id: 1,
            dateNotificationModification: '2026-03-01',
            datePublicationDonneesModification: '2026-03-16',
            montant: 450_000,
            titulaires: [
              { titulaire: { typeIdentifiant: 'SIRET', id: '83415751300245' } },
              { titulaire: { typeIdentifiant: 'TVA', id: 'FR40303265045' } },
            ],
          },
        },
      ],
    })
    expect(deposits.map(({ contents }) => contents.title)).toEqual([
      'decp-21340172201787-2026-TVX-042-v1',
      'decp-21340172201787-2026-TVX-042-v2',
    ])
  })

  test('une modification publiée ne se réécrit pas ; la suivante porte sa propre date', async () => {
    const { document, edit, marche, deposits, hub } = await published()
    edit({ modifications: [AVENANT] })
    await document.ask('publicationDecp.publierModification')
    edit({ modifications: [{ ...AVENANT, montant: 1 }] })
    await document.ask('publicationDecp.publierModification')
    expect(document.message).toContain('« Modifications du marché », ligne 1 : elle a déjà été publiée')
    await hub.advance('30 d')
    edit({ modifications: [AVENANT, { dateNotification: '2026-04-10', dureeMois: 24 }] })
    await document.ask('publicationDecp.publierModification')
    expect(deposits.length).toBe(3)
    expect((await marche(2))?.['modifications']).toMatchObject([
      { modification: { id: 1, datePublicationDonneesModification: '2026-03-16' } },
      { modification: { id: 2, datePublicationDonneesModification: '2026-04-15', dureeMois: 24 } },
    ])
  })

  test('un acte de sous-traitance notifié plus tard s’ajoute, puis se modifie par son rang', async () => {
    const { document, edit, marche } = await published()
    const acte = {
      id: '39860733300059',
      type: 'SIRET',
      dateNotification: '2026-03-02',
      dureeMois: 6,
      montant: 30_000,
      variationPrix: 'Ferme',
    }
    edit({
      actesSousTraitance: [acte],
      modificationsActes: [{ acte: 1, dateNotification: '2026-03-10', montant: 35_000 }],
    })
    await document.ask('publicationDecp.publierModification')
    expect(await marche(1)).toMatchObject({
      actesSousTraitance: [{ acteSousTraitance: { id: 1, datePublicationDonnees: '2026-03-16', montant: 30_000 } }],
      modificationsActesSousTraitance: [{ modificationActeSousTraitance: { id: 1, montant: 35_000 } }],
    })
  })

  test('abandonné puis rouvert, il ne publie pas deux fois la même chose, et refuse de corriger ce qui est publié', async () => {
    const { document, edit, failOnce, deposits } = await published()
    edit({ modifications: [AVENANT] })
    failOnce(new PermanentError('Le disque distant est plein.'))
    await document.ask('publicationDecp.publierModification')
    await document.ask('abandonner')
    await document.ask('rouvrir')
    expect(document.state).toBe('brouillon')
    edit({ montant: 500_000, modifications: [] })
    await document.submit()
    expect(document.state).toBe('publicationDecp.nonConforme')
    expect(document.message).toContain('« Montant HT (euros) » a déjà été publié et ne change plus')
    await document.ask('rouvrir')
    edit({ montant: formulaireDecp.montant })
    await document.submit()
    expect([document.state, deposits.length]).toEqual(['termine', 1])
  })

  test('un dépôt de modification refusé se réessaie', async () => {
    const { document, edit, failOnce, deposits } = await published()
    edit({ modifications: [AVENANT] })
    failOnce(new PermanentError('Le disque distant est plein.'))
    await document.ask('publicationDecp.publierModification')
    expect(document.state).toBe('publicationDecp.erreurDepot')
    await document.ask('publicationDecp.republier')
    expect([document.state, deposits.length]).toEqual(['termine', 2])
  })
})

test('ce que le formulaire exige', async () => {
  const { hub, document } = await town()
  expect(document.current.title).toBe(premier.objet)
  expect(await demanded(hub, { ...premier, ...inStep(formulaireDecp) })).toEqual(
    expect.arrayContaining(Object.keys(premier)),
  )
})
