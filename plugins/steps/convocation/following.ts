import { localTime, wait } from '#core'
import { changedParts, timeOf, writtenTime } from './seance.ts'
import { task } from './states.ts'
import { convoquesOf, tally } from './suivi.ts'

/** Hours after the séance during which attendance is still being recorded. */
const AFTERWARDS = 24

const hoursBefore = (now: Date, hours: number): Date => new Date(now.getTime() - hours * 3_600_000)

/** Who received the convocation, who read it, who will come. */
export const following = {
  suivre: task({
    label: 'Actualiser le suivi',
    from: 'suivie',
    to: ['tenue', 'nonSuivie'],
    failsTo: 'erreurSuivi',
    every: '15 min x 8, 1 h',
    async run({ connector, data, now }, goto) {
      const status = await connector.status(data.seanceId ?? '')
      if (status.is === 'notProvided') return goto('nonSuivie', {}, status.reason)
      const values = { convoques: convoquesOf(status.convoques) }
      const counts = tally(status.convoques)
      // The time that the remote knows decides: another one may have been typed and not told yet.
      if ((data.heureTransmise ?? timeOf(data)) <= localTime(hoursBefore(now, AFTERWARDS)))
        return goto('tenue', values, `Séance tenue : ${counts}`)
      const state = status.sent ? counts : `${counts} ; les convocations ne sont pas encore parties`
      const untold =
        changedParts(data).length > 0 ? ' Des modifications ne sont pas transmises : « Mettre à jour la séance ».' : ''
      return wait(`${state}.${untold}`, values)
    },
  }),
}

/** What remains once the séance is held. */
export const held = {
  recupererPreuves: task({
    label: 'Récupérer les preuves',
    from: 'tenue',
    to: 'terminee',
    failsTo: 'erreurPreuves',
    async run({ connector, data }, goto) {
      const preuves = await connector.proofs(data.seanceId ?? '')
      return preuves
        ? goto('terminee', { preuves }, "Séance terminée, preuves d'envoi et de lecture conservées")
        : goto('terminee', {}, "Séance terminée ; le logiciel de séances n'en a aucune preuve d'envoi")
    },
  }),
  terminerSansPreuves: task({
    label: 'Terminer sans les preuves',
    from: 'erreurPreuves',
    to: 'terminee',
    trigger: 'agent',
    confirm: "Terminer sans les preuves d'envoi et de lecture ? Les demander d'abord à l'administrateur du logiciel.",
    async run(_context, goto) {
      return goto('terminee', {}, 'Séance terminée sans ses preuves, sur décision d’un agent')
    },
  }),
  constaterTenue: task({
    label: 'Constater que la séance est tenue',
    from: ['nonSuivie', 'erreurSuivi'],
    to: 'terminee',
    trigger: 'agent',
    guard: ({ data, now }) =>
      timeOf(data) <= localTime(now) || `la séance est prévue le ${writtenTime(timeOf(data))} : attendre ce moment`,
    async run(_context, goto) {
      return goto('terminee', {}, 'Séance tenue, constatée par un agent')
    },
  }),
}
