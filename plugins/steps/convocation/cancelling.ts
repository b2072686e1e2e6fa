import { task } from './states.ts'

const CANCEL =
  "Le hub ne suit plus cette séance, et rien n'a changé dans le logiciel de séances, qui ne se laisse pas commander l'annulation : y supprimer la séance, prévenir les convoqués si les convocations sont parties, puis « Constater l'annulation »."

/** The remote cannot be told to cancel: a person does it there, and says so. */
export const cancelling = {
  annuler: task({
    label: 'Annuler la séance',
    from: ['suivie', 'nonSuivie', 'erreurOrdre', 'erreurAutres', 'erreurMiseAJour', 'erreurSuivi'],
    to: 'aAnnuler',
    trigger: 'agent',
    confirm:
      "Arrêter de suivre cette séance ? Le hub ne peut pas l'annuler lui-même : il vous restera à la supprimer dans le logiciel de séances, et à prévenir les convoqués si les convocations sont parties.",
    async run(_context, goto) {
      return goto('aAnnuler', {}, CANCEL)
    },
  }),
  constaterAnnulation: task({
    label: "Constater l'annulation",
    from: 'aAnnuler',
    to: 'annulee',
    trigger: 'agent',
    confirm: 'La séance est-elle supprimée dans le logiciel de séances, et les convoqués prévenus ?',
    async run(_context, goto) {
      return goto('annulee', {}, 'Annulée dans le logiciel de séances, constatée par un agent')
    },
  }),
  retablir: task({
    label: 'Reprendre le suivi',
    from: 'aAnnuler',
    to: ['suivie', 'nonSuivie'],
    trigger: 'agent',
    async run({ data }, goto) {
      return data.seanceId === undefined
        ? goto('nonSuivie', {}, 'Annulation abandonnée')
        : goto('suivie', {}, 'Annulation abandonnée, suivi repris')
    },
  }),
}
