import { defineStep, file, files, flag, libelleStatut, pdfOf, PermanentError, readPivot, text, wait } from '#core'
import type { Files, FileRef, PortailFactures } from '#core'
import { extraction } from '../reception-facture/index.ts'
import { editsOf } from '../statut-facture/index.ts'

/** Where the life of an issued invoice ends, for its supplier. */
const FINAUX: readonly string[] = ['MISE_EN_PAIEMENT', 'REJETEE']
const JOURS = 30
const DAY = 86_400_000

/** The pivot that the portal made, with its pieces; nothing while it does not give it to a supplier. */
const fichiers = async (portal: PortailFactures, files_: Files, id: string) => {
  try {
    const pivot = await portal.download(id, 'pivot')
    const [unit] = await readPivot(files_, pivot)
    const of = (type: string): readonly FileRef[] =>
      (unit?.pieces ?? []).filter(piece => (piece.type === '01') === (type === '01')).map(piece => piece.file)
    return {
      pivot,
      original: of('01')[0],
      annexes: of('02'),
      pdf: unit && pdfOf(unit),
      donnees: unit && (await extraction(files_, unit)),
    }
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error
    return undefined
  }
}

/**
 * Follows at the portal an invoice that the authority issued, until its payment, its rejection, or a long silence (`flows/factures.md`,
 * `verif-statut-chorus`).
 */
export const suiviDepot = defineStep({
  id: 'suiviDepot',
  label: 'Suivi de la facture émise',
  needs: ['portailFactures', 'reglages'],
  optional: true,
  inputs: {
    idFacture: text('Identifiant Chorus Pro', { required: true }),
    statut: text('Statut Chorus Pro'),
  },
  fields: {
    pivot: file('Facture (pivot XML)', { computed: true, pastell: 'fichier_facture' }),
    original: file('Facture du fournisseur', { computed: true, pastell: 'facture_pj_01' }),
    annexes: files('Pièces complémentaires rendues', { computed: true, pastell: 'facture_pj_02' }),
    pdf: file('Facture lisible (PDF)', { computed: true }),
    donnees: file('Données lues dans la facture', { computed: true, pastell: 'sae_config' }),
    recupere: flag('Fichiers de Chorus Pro récupérés', { computed: true, hidden: true, pastell: 'has_fichier_chorus' }),
  },
  initial: 'enCours',
  states: {
    enCours: { label: 'Statut suivi sur Chorus Pro' },
    suivie: { label: 'Suivi de la facture terminé', ends: 'next' },
    erreur: {
      label: 'Suivi de la facture interrompu',
      help: "Chorus Pro ne montre plus cette facture, ou aucun portail n'est associé ; la raison est affichée. L'administrateur corrige le connecteur, puis « Réessayer : Lire le statut sur Chorus Pro » ; « Arrêter le suivi » y met fin et laisse le document continuer.",
      trouble: true,
      deletable: true,
    },
  },
  tasks: {
    suivre: {
      label: 'Lire le statut sur Chorus Pro',
      from: 'enCours',
      to: ['enCours', 'suivie'],
      every: '1 min x 1, 1 h x 24, 6 h x 60, 1 d',
      pastell: 'verif-statut-chorus',
      async run({ inputs, data, connectors, files: store, now }, goto) {
        const { portailFactures: portal } = connectors
        if (!portal)
          throw new PermanentError(
            'Aucun portail de factures n’est associé à cette étape : l’administrateur doit en associer un.',
          )
        const settings = (await connectors.reglages?.lire()) ?? {}
        const history = await portal.history(inputs.idFacture)
        const held = data.pivot ? undefined : await fichiers(portal, store, inputs.idFacture)
        const values = held ? { ...held, recupere: true } : {}
        const label = libelleStatut(history.statut)
        const days = typeof settings['joursSansChangement'] === 'number' ? settings['joursSansChangement'] : JOURS
        const last = Date.parse(history.passages.at(-1)?.at ?? now.toISOString())
        const isQuiet = now.getTime() - last > days * DAY
        const over = FINAUX.includes(history.statut) || isQuiet || settings['sansSuivi'] === true
        if (!over && history.statut === inputs.statut && !held)
          return wait(`La facture est « ${label} » sur Chorus Pro.`)
        const edits = await editsOf(store, history)
        return { ...goto(over ? 'suivie' : 'enCours', values, `Facture « ${label} » sur Chorus Pro`), edits }
      },
    },
    arreter: {
      label: 'Arrêter le suivi',
      from: ['enCours', 'erreur'],
      to: 'suivie',
      trigger: 'agent',
      run: async (_context, goto) => goto('suivie', {}, 'Suivi arrêté par un agent'),
    },
  },
})
