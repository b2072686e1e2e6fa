import { defineStep, flag, text } from '#core'

/**
 * Hands an invoice over to the finance software: it comes for it through the API, or finds it where a deposit connector leaves it when one
 * is associated to this step (`flows/factures.md`, `mise-a-dispo-gf`).
 */
export const miseADisposition = defineStep({
  id: 'miseADisposition',
  label: 'Mise à disposition de la gestion financière',
  needs: 'ged',
  optional: true,
  inputs: {},
  fields: {
    emplacement: text('Emplacement du dépôt', { computed: true, index: true, pastell: '' }),
    recuperee: flag('Récupérée par la gestion financière', { index: true, pastell: 'recup_par_gf' }),
    faite: flag('Mise à disposition faite', { computed: true, hidden: true, pastell: 'has_mise_a_dispo_gf' }),
  },
  initial: 'aMettre',
  states: {
    aMettre: {
      label: 'Préparation de la mise à disposition',
      thenEditable: ['recuperee'],
      pastell: 'prepare-mise-a-dispo-gf',
    },
    disponible: { label: 'À la disposition de la gestion financière', ends: 'next', pastell: 'mise-a-dispo-gf' },
    erreur: {
      label: 'Mise à disposition refusée',
      help: "Le dépôt pour la gestion financière a refusé la facture, pour la raison affichée. L'administrateur corrige le connecteur, puis « Réessayer : Mettre à disposition » : un dépôt commencé est complété, jamais doublé.",
      trouble: true,
      deletable: true,
    },
  },
  tasks: {
    mettre: {
      label: 'Mettre à disposition',
      from: 'aMettre',
      to: 'disponible',
      // The deposit recognises its own work by the key.
      afterCrash: 'retry',
      pastell: 'mise-a-dispo-gf',
      async run({ connectors, document, key }, goto) {
        if (!connectors.ged)
          return goto('disponible', { faite: true }, 'À la disposition de la gestion financière, par l’API')
        const { location } = await connectors.ged.deposit(await document.contents(), key)
        return goto(
          'disponible',
          { emplacement: location, faite: true },
          `Déposée pour la gestion financière (${location})`,
        )
      },
    },
  },
})
