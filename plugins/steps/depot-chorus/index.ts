import {
  date,
  defineStep,
  file,
  files,
  localDay,
  text,
  wait,
  type CompteRenduFlux,
  type Files,
  type PdfADeposer,
} from '#core'
import { entreesDepot, fauteOf, type Formulaire } from './formulaire.ts'

export { absents, entreesDepot } from './formulaire.ts'

const pdfOf = (formulaire: Formulaire, key: string): PdfADeposer => ({
  key,
  pdf: formulaire.fichier,
  destinataire: { siret: formulaire.siret ?? '', service: formulaire.service },
  numeroFacture: formulaire.numero ?? '',
  dateFacture: formulaire.date ?? '',
  cadre: formulaire.cadre ?? '',
  typeFacture: formulaire.type ?? '',
  typeTva: formulaire.typeTva ?? '',
  devise: formulaire.devise ?? '',
  numeroBonCommande: formulaire.bonCommande,
  montantHt: formulaire.montantHt ?? 0,
  montantTva: formulaire.montantTva ?? 0,
  montantAvantRemise: formulaire.montantAvantRemise,
  montantTtc: formulaire.montantTtc ?? 0,
  piecesJointes: formulaire.annexes ?? [],
})

/** The report of a flow, kept with the document. */
const rendu = async (files: Files, report: CompteRenduFlux | undefined) =>
  report && {
    dateEtatFlux: report.date,
    interfaceFlux: report.interface,
    nomFlux: report.fichier,
    compteRendu: await files.save(JSON.stringify(report.contenu, null, 2), 'compte-rendu.json'),
  }

const known = (id: string, statut: string) => ({ idFacture: id, statut })

/**
 * Deposits on the portal an invoice that the authority issues, as a PDF with its data or as a structured file, and waits for it to be taken
 * (`flows/factures.md`, facture-chorus-fournisseur).
 */
export const depotChorus = defineStep({
  id: 'depotChorus',
  label: 'Dépôt sur Chorus Pro',
  needs: 'portailFactures',
  inputs: { ...entreesDepot, annexes: files('Pièces complémentaires') },
  fields: {
    original: file('Fichier déposé', { computed: true, pastell: 'fichier_original' }),
    numeroFlux: text('Numéro du flux', { computed: true, index: true, pastell: 'numero_flux_depot' }),
    syntaxeFlux: text('Syntaxe du flux', { computed: true, pastell: 'syntaxe_flux' }),
    etatFlux: text('État du flux', { computed: true, pastell: 'etat_courant_flux' }),
    dateEtatFlux: text('Date de cet état', { computed: true, pastell: 'date_heure_etat_courant_flux' }),
    interfaceFlux: text('Interface de dépôt', { computed: true, pastell: 'code_interface_flux' }),
    nomFlux: text('Nom du fichier déposé', { computed: true, pastell: 'nom_fichier_flux' }),
    compteRendu: file('Compte rendu du flux', { computed: true, pastell: 'fichier_cr' }),
    dateDepot: date('Date de dépôt', { computed: true, pastell: 'date_depot' }),
  },
  initial: 'aVerifier',
  states: {
    aVerifier: { label: 'Vérification avant dépôt' },
    aCorriger: {
      label: 'Facture à corriger avant dépôt',
      help: "Une donnée de la facture manque ou ne convient pas : la phrase affichée la nomme, et rien n'est parti. « Rouvrir », corrigez, puis « Envoyer ».",
      ends: 'stop',
      deletable: true,
    },
    aDeposer: { label: 'Préparation du dépôt sur Chorus Pro', pastell: 'pre-deposer-xml' },
    fluxDepose: { label: 'Flux déposé, intégration attendue', pastell: 'deposer-xml' },
    soumise: { label: 'Facture soumise à Chorus Pro', ends: 'next', pastell: 'send-chorus' },
    integree: { label: 'Facture intégrée par Chorus Pro', ends: 'next', pastell: 'recup-facture-cpp-id' },
    rejetee: {
      label: 'Dépôt rejeté par Chorus Pro',
      help: "Chorus Pro n'a pas accepté ce dépôt ; sa raison est affichée. « Rouvrir », corrigez s'il y a lieu, puis « Envoyer » : la facture est déposée de nouveau.",
      ends: 'stop',
      deletable: true,
      pastell: 'flux-rejete',
    },
    aRechercher: { label: 'Dépôt sans réponse, facture recherchée sur Chorus Pro' },
    introuvable: {
      label: 'Dépôt sans réponse, facture introuvable',
      help: "La réponse de Chorus Pro au dépôt s'est perdue, et la facture y reste introuvable. Cherchez-la sur le portail : si elle n'y est pas, « Déposer de nouveau » ; si elle y est, « Réessayer : Rechercher la facture sur Chorus Pro ».",
      trouble: true,
    },
    erreur: {
      label: 'Dépôt sur Chorus Pro impossible',
      help: "Le dépôt n'a pas abouti, pour la raison affichée. Si le connecteur est en cause, l'administrateur le corrige, puis « Réessayer » : la facture est d'abord recherchée, elle n'est pas déposée deux fois. S'il faut corriger la facture : « Abandonner », « Rouvrir », corrigez, puis « Envoyer ».",
      trouble: true,
      deletable: true,
    },
    erreurSuivi: {
      label: 'Suivi du flux interrompu',
      help: "Chorus Pro ne dit rien de ce flux depuis trop longtemps, ou refuse d'en rendre compte ; la raison est affichée. Regardez sur le portail, puis « Réessayer : Lire le compte rendu du flux » : le suivi reprend, rien n'est déposé de nouveau.",
      trouble: true,
    },
  },
  tasks: {
    verifier: {
      label: 'Vérifier la facture',
      from: 'aVerifier',
      to: ['aDeposer', 'aCorriger'],
      async run({ inputs }, goto) {
        const fault = fauteOf(inputs)
        return fault === undefined
          ? goto('aDeposer', { original: inputs.fichier })
          : goto('aCorriger', {}, `${fault} Rouvrez le document, corrigez-le, puis renvoyez-le.`)
      },
    },
    deposer: {
      label: 'Déposer sur Chorus Pro',
      from: 'aDeposer',
      to: ['fluxDepose', 'soumise', 'integree', 'rejetee', 'aRechercher'],
      afterCrash: 'find',
      pastell: 'deposer-xml',
      // A flow shows only once integrated: not seeing it says nothing. A PDF is looked up again by the deposit itself.
      async find({ inputs, connector }, goto) {
        const facture = await connector.findDeposited({ numeroFacture: inputs.numero ?? '', date: inputs.date })
        if (facture)
          return {
            ...goto('integree', {}, `Facture retrouvée sur Chorus Pro (n° ${facture.id})`),
            edits: known(facture.id, facture.statut),
          }
        return inputs.mode === 'UPLOAD_API'
          ? goto(
              'aRechercher',
              {},
              'La réponse de Chorus Pro s’est perdue : la facture y est recherchée avant tout nouvel envoi.',
            )
          : undefined
      },
      async run({ inputs, connector, key, now }, goto) {
        const { mode, numero } = inputs
        const dateDepot = localDay(now)
        const sent =
          mode === 'UPLOAD_API'
            ? await connector.depositFlow({
                key,
                file: inputs.fichier,
                syntaxe: inputs.syntaxe ?? '',
                signed: false,
                numeroFacture: numero,
              })
            : await connector.depositPdf(pdfOf(inputs, key))
        if (sent.is === 'refused') return goto('rejetee', {}, sent.reason)
        if (sent.is === 'known')
          return {
            ...goto(
              'integree',
              {},
              `Chorus Pro a déjà cette facture (n° ${sent.facture.id}) : elle n'est pas déposée de nouveau`,
            ),
            edits: known(sent.facture.id, sent.facture.statut),
          }
        if (mode === 'UPLOAD_API')
          return goto(
            'fluxDepose',
            { numeroFlux: sent.id, syntaxeFlux: inputs.syntaxe, dateDepot },
            `Flux déposé (n° ${sent.id})`,
          )
        return {
          ...goto('soumise', { dateDepot }, `Facture soumise (n° ${sent.id})`),
          edits: known(sent.id, 'DEPOSEE'),
        }
      },
    },
    suivreFlux: {
      label: 'Lire le compte rendu du flux',
      from: 'fluxDepose',
      to: ['integree', 'rejetee'],
      failsTo: 'erreurSuivi',
      every: '1 min x 10, 15 min x 20, 1 h',
      within: '10 d',
      late: 'erreurSuivi',
      pastell: 'recup-facture-cpp-id',
      async run({ data, connector, files: store }, goto) {
        const report = await connector.flowReport(data.numeroFlux ?? '')
        // A waiting flow is looked at often: its report is kept once it says something.
        if (report.is === 'pending') return wait(report.message, { etatFlux: report.message })
        const kept = await rendu(store, report.compteRendu)
        if (report.is === 'rejected') {
          const reasons = report.reasons.join(' ; ') || 'sans raison donnée'
          return goto(
            'rejetee',
            { ...kept, etatFlux: 'Rejeté' },
            `Flux rejeté${report.partial ? ' en partie' : ''} : ${reasons}`,
          )
        }
        if (report.is === 'incident')
          return goto(
            'rejetee',
            { ...kept, etatFlux: 'Incident' },
            `Chorus Pro n'a pas traité le flux (${report.reason}) : il est à déposer de nouveau.`,
          )
        const [facture] = report.factures
        if (!facture) return wait('Le flux est intégré ; sa facture n’est pas encore visible sur Chorus Pro.')
        return {
          ...goto('integree', { ...kept, etatFlux: 'Intégré' }, `Facture intégrée (n° ${facture.id})`),
          edits: known(facture.id, facture.statut),
        }
      },
    },
    rechercher: {
      label: 'Rechercher la facture sur Chorus Pro',
      from: 'aRechercher',
      to: 'integree',
      failsTo: 'introuvable',
      every: '15 min x 8, 1 h',
      within: '1 d',
      late: 'introuvable',
      async run({ inputs, connector }, goto) {
        const facture = await connector.findDeposited({ numeroFacture: inputs.numero ?? '', date: inputs.date })
        if (!facture) return wait('La facture n’est pas encore visible sur Chorus Pro.')
        return {
          ...goto('integree', {}, `Facture retrouvée (n° ${facture.id})`),
          edits: known(facture.id, facture.statut),
        }
      },
    },
    redeposer: {
      label: 'Déposer de nouveau',
      from: 'introuvable',
      to: 'aDeposer',
      trigger: 'agent',
      confirm: 'Avez-vous vérifié sur Chorus Pro que ce flux n’y est pas ? Il serait déposé deux fois.',
      run: async (_context, goto) => goto('aDeposer', {}, 'Absent de Chorus Pro, déposé de nouveau par un agent'),
    },
  },
})
