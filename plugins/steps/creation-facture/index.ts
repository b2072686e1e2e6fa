import {
  CADRES_FACTURE,
  choice,
  date,
  defineStep,
  file,
  files,
  LIBELLES_PAIEMENT,
  localDay,
  MODES_PAIEMENT,
  PermanentError,
  REFERENCES_BANCAIRES,
  text,
  TYPES_FACTURE,
  TYPES_IDENTIFIANT,
} from '#core'
import { readLignes } from './lignes.ts'
import { writePivot } from './pivot.ts'
import { piecesOf } from './reprise.ts'

export { lirePivot } from './reprise.ts'

/** An amount as people type it, as the pivot writes it. */
const montant = (label: string, typed: string): string => {
  const written = typed.replaceAll(/[\s\u00a0\u202f]/gu, '').replace(',', '.')
  if (!/^-?\d{1,12}(?:\.\d{1,6})?$/u.test(written))
    throw new PermanentError(`« ${label} » (${typed}) n'est pas un montant : écrire par exemple « 120,50 ».`)
  return written
}

/** What an invoice is when its form does not say. */
const USUAL = { fournisseurType: '1', pays: 'FR', type: '380', cadre: 'A1', modeCode: '30' }

/** A piece taken up from a pivot has its prefix already. */
const withPrefix = (prefix: string, name: string): string => (name.startsWith(prefix) ? name : `${prefix}${name}`)

const settingOf = (settings: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const value = settings[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * Makes the pivot of a paper invoice, and the `facture-cpp` document that goes with it, once (`flows/factures.md`,
 * facture-formulaire-pivot). What the form leaves empty is taken from the settings.
 */
export const creationFacture = defineStep({
  id: 'creationFacture',
  label: 'Création de la facture',
  needs: 'reglages',
  optional: true,
  inputs: {
    siret: text('SIRET du destinataire'),
    destinataire: text('Destinataire (Chorus Pro)'),
    service: text('Service destinataire (Chorus Pro)'),
    codeService: text('Code du service destinataire'),
    engagement: text('Numéro d’engagement'),
    marche: text('Numéro de marché'),
    fournisseurType: choice('Type d’identifiant', TYPES_IDENTIFIANT),
    fournisseur: text('Identifiant du fournisseur', { required: true }),
    fournisseurNom: text('Fournisseur', { required: true }),
    pays: text('Code du pays'),
    banqueType: choice('Référence bancaire', REFERENCES_BANCAIRES),
    banqueCompte: text('Compte bancaire'),
    banqueEtablissement: text('Établissement bancaire'),
    numero: text('Numéro de facture', { required: true }),
    type: choice('Type', TYPES_FACTURE),
    cadre: choice('Cadre de facturation', CADRES_FACTURE),
    date: date('Date de la facture', { required: true }),
    dateReception: date('Date de réception'),
    modeCode: choice('Mode de paiement', MODES_PAIEMENT),
    modeLibelle: choice('Libellé du mode de paiement', LIBELLES_PAIEMENT),
    devise: text('Devise'),
    montantHt: text('Montant HT', { required: true }),
    montantTtc: text('Montant TTC', { required: true }),
    montantNet: text('Net à payer', { required: true }),
    lignes: file('Lignes (CSV)'),
    facture: file('Facture'),
    annexes: files('Pièces complémentaires'),
    source: file('Pivot à reprendre'),
  },
  fields: {
    pivot: file('Pivot produit', { computed: true, pastell: 'fichier_facture' }),
    dossier: text('Facture créée', { computed: true, index: true }),
  },
  initial: 'aCreer',
  states: {
    aCreer: { label: 'Préparation de la facture' },
    creee: { label: 'Facture créée', ends: 'next', pastell: 'integrer-flux-facture-cpp' },
    erreur: {
      label: 'Création de la facture impossible',
      help: "La facture n'a pas pu être créée, pour la raison affichée : montant mal écrit, ligne du CSV, SIRET qui manque… S'il faut corriger le formulaire : « Abandonner », « Rouvrir », corrigez, puis « Envoyer ». Si c'est le paramétrage, l'administrateur le complète, puis « Réessayer : Créer la facture ».",
      trouble: true,
      deletable: true,
    },
  },
  tasks: {
    creer: {
      label: 'Créer la facture',
      from: 'aCreer',
      to: 'creee',
      // The document created is known by its reference.
      afterCrash: 'retry',
      pastell: 'integrer-flux-facture-cpp',
      async run({ inputs, connectors, document, files: store, now }, goto) {
        const settings = (await connectors.reglages?.lire()) ?? {}
        const siret = inputs.siret ?? settingOf(settings, 'siret')
        const devise = inputs.devise ?? settingOf(settings, 'devise') ?? 'EUR'
        if (!siret)
          throw new PermanentError(
            'Le SIRET du destinataire manque : saisissez-le, ou demandez à l’administrateur de le régler pour ce flux.',
          )
        const { banqueType, banqueCompte } = inputs
        const { facture, annexes } = await piecesOf(store, inputs)
        const pivot = await writePivot(
          {
            id: document.id,
            jour: localDay(now),
            fournisseur: {
              type: inputs.fournisseurType ?? USUAL.fournisseurType,
              identifiant: inputs.fournisseur,
              nom: inputs.fournisseurNom,
              pays: inputs.pays ?? USUAL.pays,
              banque:
                banqueType && banqueCompte
                  ? { type: banqueType, compte: banqueCompte, etablissement: inputs.banqueEtablissement }
                  : undefined,
            },
            destinataire: { siret, service: inputs.codeService },
            numero: inputs.numero,
            type: inputs.type ?? USUAL.type,
            cadre: inputs.cadre ?? USUAL.cadre,
            date: inputs.date,
            dateReception: inputs.dateReception ?? localDay(now),
            devise,
            modePaiement: { code: inputs.modeCode ?? USUAL.modeCode, libelle: inputs.modeLibelle },
            montants: {
              ht: montant('Montant HT', inputs.montantHt),
              ttc: montant('Montant TTC', inputs.montantTtc),
              net: montant('Net à payer', inputs.montantNet),
            },
            marche: inputs.marche,
            engagement: inputs.engagement,
            lignes: inputs.lignes ? await readLignes(store, inputs.lignes) : [],
            pieces: [
              { type: '01', nom: withPrefix('FAC-', facture.name), file: facture },
              ...annexes.map((each, rank) => ({
                type: '02' as const,
                nom: withPrefix(`PJ${String(rank + 1).padStart(2, '0')}-`, each.name),
                file: each,
              })),
            ],
          },
          store,
          `${document.id}.xml`,
        )
        const created = await document.create({
          flow: 'facture-cpp',
          reference: 'facture',
          values: {
            pivot,
            numero: inputs.numero,
            origine: 'PIVOT',
            surPortail: false,
            statut: 'MISE_A_DISPOSITION',
            destinataire: inputs.destinataire ?? settingOf(settings, 'destinataire'),
            service: inputs.service ?? settingOf(settings, 'service'),
            fournisseur: inputs.fournisseur,
          },
          message: `Facture ${inputs.numero} saisie à la main`,
          then: { whenValid: 'envoyer' },
          link: { there: 'Facture', here: 'Formulaire' },
        })
        return goto('creee', { pivot, dossier: created.id }, `Facture ${inputs.numero} créée`)
      },
    },
  },
})
