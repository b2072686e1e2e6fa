import { localTime, PermanentError } from '#core'
import type { SeanceData } from './fields.ts'
import { missingIn, partsOf, seanceOf, sentParts, timeOf, writtenTime } from './seance.ts'
import { task } from './states.ts'

/** What the remote was told of the séance itself; its agenda and its other documents are noted when they leave. */
const told = (data: SeanceData) => ({
  heureTransmise: timeOf(data),
  transmis: sentParts({ ...partsOf(data), projets: '[]', autres: '[]' }),
})

/** The séance comes to exist there, once. */
export const creation = {
  creer: task({
    label: 'Créer la séance',
    from: 'aCreer',
    to: ['creee', 'ordrePose', 'nonSuivie', 'aVerifier'],
    failsTo: 'erreurCreation',
    afterCrash: 'find',
    async find({ connector, data, key }, goto) {
      const found = await connector.find({ key, date: timeOf(data), type: data.type.value })
      switch (found.is) {
        case 'found':
          return goto('creee', { seanceId: found.id, ...told(data) }, `Séance retrouvée (${found.id})`)
        case 'none':
          return undefined
        case 'unknowable':
          return goto(
            'aVerifier',
            told(data),
            `${found.reason} Si la séance y est, saisir son identifiant puis « Reprendre » ; sinon, « Créer à nouveau ».`,
          )
      }
    },
    async run({ connector, data, key, now }, goto) {
      const missing = missingIn(data)
      if (missing !== undefined) throw new PermanentError(`La séance est incomplète : ${missing}.`)
      if (timeOf(data) <= localTime(now))
        throw new PermanentError(
          `La séance est prévue le ${writtenTime(timeOf(data))}, une date passée : indiquer une date à venir.`,
        )
      const sent = await connector.create(seanceOf(data, key))
      if (sent.is === 'refused') throw new PermanentError(sent.reason)
      const values = { seanceId: sent.id, remarque: sent.remark, ...told(data) }
      const remark = sent.remark === undefined ? '' : ` ${sent.remark}`
      if (sent.id === undefined)
        return goto('nonSuivie', values, `Séance créée, sans identifiant pour la suivre.${remark}`)
      if (sent.agenda === 'separate') return goto('creee', values, `Séance créée (${sent.id}).${remark}`)
      return goto(
        'ordrePose',
        { ...values, transmis: sentParts({ ...partsOf(data), autres: '[]' }) },
        `Séance créée avec son ordre du jour (${sent.id}).${remark}`,
      )
    },
  }),
  reprendre: task({
    label: 'Reprendre',
    from: 'aVerifier',
    to: 'creee',
    trigger: 'agent',
    guard: ({ data }) =>
      data.seanceId?.trim() ? true : "saisir d'abord l'identifiant que le logiciel de séances donne à cette séance",
    async run({ data }, goto) {
      const seanceId = data.seanceId?.trim() ?? ''
      return goto('creee', { seanceId }, `Séance reprise (${seanceId})`)
    },
  }),
  recreer: task({
    label: 'Créer à nouveau',
    from: 'aVerifier',
    to: 'aCreer',
    trigger: 'agent',
    confirm:
      "Avez-vous vérifié que cette séance n'est pas dans le logiciel de séances ? Si elle y est, les élus seraient convoqués deux fois.",
    async run(_context, goto) {
      return goto('aCreer', { seanceId: undefined }, 'Absente du logiciel de séances, créée à nouveau par un agent')
    },
  }),
}
