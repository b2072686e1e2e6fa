import { defineConnector, number, PermanentError } from '#core'

/** Delays of secure mail: no remote, only what an administrator settles (`connectors/mailsec.md` §1). */
export default defineConnector({
  id: 'pdf-relance',
  version: 1,
  label: 'Relances des mails sécurisés',
  provides: ['reglages'],
  pastell: ['pdf-relance'],
  config: {
    joursRelance: number('Relance après (jours)', {
      min: 1,
      max: 3650,
      default: 30,
      help: "Jours entre l'envoi et la relance de ceux qui n'ont pas lu.",
      pastell: 'nb_day_relance',
    }),
    joursFin: number("Fin de l'attente après (jours)", {
      min: 1,
      max: 3650,
      default: 60,
      help: "Jours entre l'envoi et le classement en « Non reçu », qui ferme les liens.",
      pastell: 'nb_day_next_state',
    }),
  },

  connect({ config }) {
    return {
      reglages: { lire: () => Promise.resolve(config) },
      check() {
        const { joursRelance, joursFin } = config
        if (joursFin < joursRelance)
          return Promise.reject(
            new PermanentError(
              `La fin de l'attente (${joursFin} jours) vient avant la relance (${joursRelance} jours) : il n'y aurait pas de relance.`,
            ),
          )
        return Promise.resolve(`Relance après ${joursRelance} jours, fin de l'attente après ${joursFin} jours.`)
      },
    }
  },
})
