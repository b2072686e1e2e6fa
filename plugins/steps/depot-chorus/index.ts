import {
  CADRES_DEPOT,
  choice,
  date,
  defineStep,
  file,
  files,
  MODES_DEPOT,
  number,
  SYNTAXES_DEPOT,
  text,
  TYPES_DEPOT,
  TYPES_TVA,
  wait,
  type FileRef,
  type PdfADeposer,
} from '#core'

/** The form of a PDF deposit, of which a structured one needs nothing but the number. */
interface Formulaire {
  readonly mode: keyof typeof MODES_DEPOT
  readonly fichier: FileRef
  readonly syntaxe: string | undefined
  readonly numero: string
  readonly date: string | undefined
  readonly siret: string | undefined
  readonly service: string | undefined
  readonly cadre: string | undefined
  readonly type: string | undefined
  readonly typeTva: string | undefined
  readonly devise: string | undefined
  readonly bonCommande: string | undefined
  readonly montantHt: number | undefined
  readonly montantTva: number | undefined
  readonly montantTtc: number | undefined
  readonly annexes: readonly FileRef[] | undefined
}

const LABELS = {
  date: 'Date de la facture',
  siret: 'SIRET du destinataire',
  cadre: 'Cadre de facturation',
  type: 'Type de facture',
  typeTva: 'Régime de TVA',
  devise: 'Devise',
  montantHt: 'Montant HT',
  montantTva: 'Montant de la TVA',
  montantTtc: 'Montant TTC',
} as const

const absent = (formulaire: Formulaire): readonly string[] => {
  if (formulaire.mode === 'UPLOAD_API') return formulaire.syntaxe ? [] : ['Syntaxe']
  return Object.entries(LABELS).flatMap(([name, label]) =>
    formulaire[name as keyof typeof LABELS] === undefined ? [label] : [],
  )
}

/** What must be right before anything leaves. */
const fauteOf = (formulaire: Formulaire): string | undefined => {
  const { mode, fichier, montantHt = 0, montantTva = 0, montantTtc = 0 } = formulaire
  const missing = absent(formulaire)
  if (missing.length > 0) return `Il manque : ${missing.join(', ')}.`
  const isPdf = fichier.type === 'application/pdf'
  if (mode === 'DEPOT_PDF_API' && !isPdf) return `« ${fichier.name} » n'est pas un PDF.`
  if (mode === 'UPLOAD_API' && isPdf !== (formulaire.syntaxe === 'IN_DP_E2_CII_FACTURX'))
    return `« ${fichier.name} » ne convient pas à la syntaxe choisie : un PDF est une Factur-X, les autres syntaxes sont du XML.`
  if (mode === 'DEPOT_PDF_API' && Math.abs(montantHt + montantTva - montantTtc) > 0.01)
    return 'Le montant HT augmenté de la TVA ne donne pas le montant TTC.'
  return undefined
}

const pdfOf = (formulaire: Formulaire, key: string): PdfADeposer => ({
  key,
  pdf: formulaire.fichier,
  destinataire: { siret: formulaire.siret ?? '', service: formulaire.service },
  numeroFacture: formulaire.numero,
  dateFacture: formulaire.date ?? '',
  cadre: formulaire.cadre ?? '',
  typeFacture: formulaire.type ?? '',
  typeTva: formulaire.typeTva ?? '',
  devise: formulaire.devise ?? '',
  numeroBonCommande: formulaire.bonCommande,
  montantHt: formulaire.montantHt ?? 0,
  montantTva: formulaire.montantTva ?? 0,
  montantTtc: formulaire.montantTtc ?? 0,
  piecesJointes: formulaire.annexes ?? [],
})

const known = (id: string, statut: string) => ({ idFacture: id, statut })

/**
 * Deposits on the portal an invoice that the authority issues, as a PDF with its data or as a structured file, and waits for it to be taken
 * (`flows/factures.md`, facture-chorus-fournisseur).
 */
export const depotChorus = defineStep({
  id: 'depotChorus',
  label: 'Dépôt sur Chorus Pro',
  needs: 'portailFactures',
  inputs: {
    mode: choice('Mode de dépôt', MODES_DEPOT, { required: true }),
    fichier: file('Facture', { required: true }),
    syntaxe: choice('Syntaxe', SYNTAXES_DEPOT),
    numero: text('Numéro de facture', { required: true }),
    date: date('Date de la facture'),
    siret: text('SIRET du destinataire'),
    service: text('Code du service destinataire'),
    cadre: choice('Cadre de facturation', CADRES_DEPOT),
    type: choice('Type de facture', TYPES_DEPOT),
    typeTva: choice('Régime de TVA', TYPES_TVA),
    devise: text('Devise'),
    bonCommande: text('Numéro d’engagement'),
    montantHt: number('Montant HT'),
    montantTva: number('Montant de la TVA'),
    montantTtc: number('Montant TTC'),
    annexes: files('Pièces complémentaires'),
  },
  fields: {
    original: file('Fichier déposé', { computed: true, pastell: 'fichier_original' }),
    numeroFlux: text('Numéro du flux', { computed: true, index: true, pastell: 'numero_flux_depot' }),
    syntaxeFlux: text('Syntaxe du flux', { computed: true, pastell: 'syntaxe_flux' }),
    etatFlux: text('État du flux', { computed: true, pastell: 'etat_courant_flux' }),
  },
  initial: 'aVerifier',
  states: {
    aVerifier: { label: 'Vérification avant dépôt' },
    aCorriger: { label: 'Facture à corriger avant dépôt', ends: 'stop', deletable: true },
    aDeposer: { label: 'Préparation du dépôt sur Chorus Pro', pastell: 'pre-deposer-xml' },
    fluxDepose: { label: 'Flux déposé, intégration attendue', pastell: 'deposer-xml' },
    soumise: { label: 'Facture soumise à Chorus Pro', ends: 'next', pastell: 'send-chorus' },
    integree: { label: 'Facture intégrée par Chorus Pro', ends: 'next', pastell: 'recup-facture-cpp-id' },
    rejetee: { label: 'Dépôt rejeté par Chorus Pro', ends: 'stop', deletable: true, pastell: 'flux-rejete' },
    aRechercher: { label: 'Dépôt sans réponse, facture recherchée sur Chorus Pro' },
    introuvable: { label: 'Dépôt sans réponse, facture introuvable', trouble: true },
    erreur: { label: 'Dépôt sur Chorus Pro impossible', trouble: true, deletable: true },
    erreurSuivi: { label: 'Suivi du flux interrompu', trouble: true },
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
        const facture = await connector.findDeposited({ numeroFacture: inputs.numero, date: inputs.date })
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
      async run({ inputs, connector, key }, goto) {
        const { mode, numero } = inputs
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
          return goto('fluxDepose', { numeroFlux: sent.id, syntaxeFlux: inputs.syntaxe }, `Flux déposé (n° ${sent.id})`)
        return { ...goto('soumise', {}, `Facture soumise (n° ${sent.id})`), edits: known(sent.id, 'DEPOSEE') }
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
      async run({ data, connector }, goto) {
        const report = await connector.flowReport(data.numeroFlux ?? '')
        if (report.is === 'pending') return wait(report.message, { etatFlux: report.message })
        if (report.is === 'rejected') {
          const reasons = report.reasons.join(' ; ') || 'sans raison donnée'
          return goto(
            'rejetee',
            { etatFlux: 'Rejeté' },
            `Flux rejeté${report.partial ? ' en partie' : ''} : ${reasons}`,
          )
        }
        if (report.is === 'incident')
          return goto(
            'rejetee',
            { etatFlux: 'Incident' },
            `Chorus Pro n'a pas traité le flux (${report.reason}) : il est à déposer de nouveau.`,
          )
        const [facture] = report.factures
        if (!facture) return wait('Le flux est intégré ; sa facture n’est pas encore visible sur Chorus Pro.')
        return {
          ...goto('integree', { etatFlux: 'Intégré' }, `Facture intégrée (n° ${facture.id})`),
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
        const facture = await connector.findDeposited({ numeroFacture: inputs.numero, date: inputs.date })
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
