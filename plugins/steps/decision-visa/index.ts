import { defineStep, file, flag, text } from '#core'
import { STATUTS_VISA } from '../reception-facture/index.ts'
import { changer, lastOf } from '../statut-facture/index.ts'

/**
 * Tells the portal what the visa decided: the service is done, or the invoice is rejected for the reason that the signature book gave
 * (`flows/factures.md`, Visa).
 */
export const decisionVisa = defineStep({
  id: 'decisionVisa',
  label: 'Décision du visa',
  needs: 'portailFactures',
  optional: true,
  inputs: {
    surPortail: flag('Facture suivie sur Chorus Pro'),
    idFacture: text('Identifiant Chorus Pro'),
    statut: text('Statut Chorus Pro'),
    historiqueFichier: file('Historique des statuts (JSON)'),
    vise: file('Document visé'),
    motifRefus: text('Motif du refus'),
  },
  fields: {
    insiste: flag('Transmission redemandée par un agent', { computed: true, hidden: true }),
  },
  initial: 'aTransmettre',
  states: {
    aTransmettre: { label: 'Transmission de la décision du visa' },
    transmise: { label: 'Décision du visa transmise', ends: 'next' },
    refusee: {
      label: 'Décision du visa refusée par Chorus Pro',
      help: "Chorus Pro n'a pas pris la décision du visa, ou la facture y a changé entre-temps ; la raison est affichée. Regardez-la sur Chorus Pro, puis « Transmettre à nouveau la décision », ou « Poursuivre sans transmettre la décision » : la facture garde alors le statut qu'elle y a.",
      trouble: true,
    },
    laissee: { label: 'Décision du visa non transmise', ends: 'next' },
  },
  tasks: {
    transmettre: {
      label: 'Transmettre la décision du visa',
      from: 'aTransmettre',
      to: ['transmise', 'refusee'],
      failsTo: 'refusee',
      afterCrash: 'retry',
      async run({ inputs, data, connectors, files, document, now }, goto) {
        const { vise, motifRefus, ...facture } = inputs
        const entered = lastOf(await document.journal(), 'aTransmettre')
        const changed = await changer({ files, portal: connectors.portailFactures, now }, facture, {
          ...(vise
            ? { cible: 'SERVICE_FAIT' }
            : { cible: 'REJETEE', reason: motifRefus ?? 'Refusée au visa, sans motif' }),
          auteur: 'Parapheur',
          since: entered?.at.toISOString(),
          // What an agent did at the portal while the visa was awaited is not undone by it, unless an agent insists.
          seen: data.insiste ? undefined : STATUTS_VISA,
        })
        return {
          ...goto(
            changed.is === 'done' ? 'transmise' : 'refusee',
            {},
            changed.is === 'done' ? changed.message : changed.reason,
          ),
          edits: changed.edits,
        }
      },
    },
    retransmettre: {
      label: 'Transmettre à nouveau la décision',
      from: 'refusee',
      to: 'aTransmettre',
      trigger: 'agent',
      run: async (_context, goto) => goto('aTransmettre', { insiste: true }),
    },
    laisser: {
      label: 'Poursuivre sans transmettre la décision',
      from: 'refusee',
      to: 'laissee',
      trigger: 'agent',
      confirm: 'La facture garde sur Chorus Pro le statut qu’elle y a. Poursuivre ?',
      run: async (_context, goto) => goto('laissee', {}, 'Décision du visa non transmise, sur demande d’un agent'),
    },
  },
})
