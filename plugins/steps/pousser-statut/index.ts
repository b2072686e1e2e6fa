import {
  at,
  defineStep,
  file,
  libelleStatut,
  parseXml,
  PermanentError,
  readSmall,
  statutOfPivotCode,
  text,
  type FileRef,
  type Files,
} from '#core'
import { changer, lastOf } from '../statut-facture/index.ts'

/** What a status file says of one invoice (formats/factures.md §2). */
const readStatut = async (files: Files, ref: FileRef) => {
  const unusable = (why: string, cause?: unknown) =>
    new PermanentError(
      `Le fichier « ${ref.name} » n'est pas un statut de facture utilisable : ${why}. Corrigez-le, puis réessayez.`,
      { cause },
    )
  const xml = await readSmall(files, ref)
  const root = (() => {
    try {
      return parseXml(xml)
    } catch (cause) {
      throw unusable('son XML est incorrect', cause)
    }
  })()
  const units = at(root, 'CPPFactureStatuts')?.children.filter(({ name }) => name === 'CPPFactureStatutUnitaire') ?? []
  const [unit] = units
  if (!unit) throw unusable('il ne contient aucun statut de facture (CPPFactureStatuts)')
  if (units.length > 1) throw unusable(`il contient ${units.length} statuts, il en faut un seul par dossier`)
  const donnees = at(unit, 'DonneesStatut')
  const read = (...path: readonly string[]) => at(unit, ...path)?.text || undefined
  const code = at(donnees, 'IdStatut')?.text ?? ''
  const cible = statutOfPivotCode(code)
  const [fournisseur, numeroFacture] = [read('Fournisseur', 'Identifiant'), read('DonneesStatut', 'IdFacture')]
  if (!fournisseur || !numeroFacture) throw unusable('il ne dit pas quelle facture, de quel fournisseur, est concernée')
  if (!cible) throw unusable(`son statut « ${code} » n'est pas de ceux qu'un destinataire donne (01 à 12)`)
  return {
    fournisseur,
    numeroFacture,
    codeStatut: code,
    cible,
    fournisseurNom: read('Fournisseur', 'RaisonSociale'),
    destinataire: read('Debiteur', 'Identifiant'),
    commentaire: read('DonneesStatut', 'Commentaire'),
    mandat: read('DonneesStatut', 'IdMandatDP'),
  }
}

/** Pushes to the portal the status that a file carries, and reports a refusal (`flows/factures.md`, statut-facture-cpp). */
export const pousserStatut = defineStep({
  id: 'pousserStatut',
  label: 'Statut à transmettre',
  needs: 'portailFactures',
  inputs: { fichier: file('Statut de la facture (CPPStatutPivot)', { required: true }) },
  fields: {
    fournisseur: text('Identifiant du fournisseur', { computed: true, pastell: 'fournisseur' }),
    fournisseurNom: text('Fournisseur', { computed: true, pastell: 'fournisseur_raison_sociale' }),
    destinataire: text('Destinataire', { computed: true, pastell: 'destinataire' }),
    numeroFacture: text('Numéro de facture', { computed: true, index: true, pastell: 'numero_facture' }),
    idFournisseur: text('Fournisseur (Chorus Pro)', { computed: true, pastell: 'identifiant_cpp_fournisseur' }),
    idFacture: text('Identifiant Chorus Pro', { computed: true, index: true, pastell: 'identifiant_facture_cpp' }),
    codeStatut: text('Code du statut', { computed: true, pastell: 'identifiant_statut_cible' }),
    cible: text('Statut à donner', { computed: true, pastell: 'statut_cible' }),
    commentaire: text('Commentaire', { computed: true, pastell: 'commentaire' }),
    mandat: text('Numéro de mandat', { computed: true }),
  },
  initial: 'importe',
  states: {
    importe: { label: 'Statut reçu', pastell: 'importation' },
    aTransmettre: { label: 'Statut lu, facture retrouvée', pastell: 'create-statut-facture-cpp' },
    transmis: { label: 'Statut transmis à Chorus Pro', ends: 'next', pastell: 'send-statut-facture-cpp' },
    erreurFichier: {
      label: 'Statut inexploitable',
      help: "Le fichier n'est pas un statut utilisable, ou Chorus Pro ne montre pas la facture qu'il nomme ; la raison est affichée, et rien n'est transmis. Si le fichier est en cause : « Abandonner », « Rouvrir », remplacez-le, puis « Envoyer ». Sinon, faites corriger le compte du connecteur, puis « Réessayer : Lire le statut et retrouver la facture ».",
      trouble: true,
      deletable: true,
      pastell: 'create-statut-facture-cpp-error',
    },
    refuse: {
      label: 'Statut refusé par Chorus Pro',
      help: 'Chorus Pro a refusé ce statut ; sa raison est affichée. Si elle ne tient plus, « Réessayer : Transmettre le statut » ; sinon « Supprimer » ce document, et faites produire un autre statut.',
      trouble: true,
      deletable: true,
    },
  },
  tasks: {
    lire: {
      label: 'Lire le statut et retrouver la facture',
      from: 'importe',
      to: 'aTransmettre',
      failsTo: 'erreurFichier',
      afterCrash: 'retry',
      pastell: 'create-statut-facture-cpp',
      async run({ inputs, connector, files }, goto) {
        const statut = await readStatut(files, inputs.fichier)
        const facture = await connector.findReceived(statut)
        if (!facture)
          throw new PermanentError(
            `Chorus Pro ne montre aucune facture « ${statut.numeroFacture} » du fournisseur ${statut.fournisseur} : vérifiez le fichier, ou le compte du connecteur.`,
          )
        return goto(
          'aTransmettre',
          { ...statut, idFournisseur: facture.idFournisseur, idFacture: facture.id },
          `Facture retrouvée (n° ${facture.id})`,
        )
      },
    },
    transmettre: {
      label: 'Transmettre le statut',
      from: 'aTransmettre',
      to: 'transmis',
      failsTo: 'refuse',
      // What already took place is not asked again.
      afterCrash: 'retry',
      pastell: 'send-statut-facture-cpp',
      async run({ data, connector, files, document, now }, goto) {
        const entered = lastOf(await document.journal(), 'aTransmettre')
        const changed = await changer(
          { files, portal: connector, now },
          { surPortail: true, idFacture: data.idFacture, statut: undefined, historiqueFichier: undefined },
          {
            cible: data.cible ?? '',
            reason: data.commentaire,
            numeroMandat: data.mandat,
            since: entered?.at.toISOString(),
          },
        )
        if (changed.is === 'refused') throw new PermanentError(changed.reason)
        return goto('transmis', {}, `Facture « ${libelleStatut(data.cible ?? '')} » sur Chorus Pro`)
      },
    },
  },
})
