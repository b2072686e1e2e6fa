import { localTime, PermanentError, type Convocation, type Done } from '#core'
import type { SeanceData } from './fields.ts'
import {
  changedParts,
  missingIn,
  othersOf,
  partsOf,
  projectsOf,
  seanceOf,
  sentParts,
  timeOf,
  toldProjects,
  writtenTime,
} from './seance.ts'
import { task } from './states.ts'

/** Why a séance can no longer be changed: it is over, or it would be. */
const tooLate = (data: SeanceData, now: Date): string | undefined => {
  const past = [data.heureTransmise, timeOf(data)].find(each => each !== undefined && each <= localTime(now))
  return past && `la séance est prévue le ${writtenTime(past)}, une date passée`
}

const putAgenda = (connector: Convocation, data: SeanceData): Promise<Done> => {
  const [id, projects] = [data.seanceId ?? '', projectsOf(data)]
  return connector.replaceProjects?.(id, projects, toldProjects(data)) ?? connector.setProjects(id, projects)
}

/** Tells the remote what changed, part by part. @throws PermanentError at the first refusal, with what was told before it */
const update = async (connector: Convocation, data: SeanceData, key: string): Promise<void> => {
  const id = data.seanceId ?? ''
  const changed = changedParts(data)
  const done: string[] = []
  const calls = {
    seance: { label: 'date, lieu et convocation', call: async () => connector.update(id, seanceOf(data, key)) },
    projets: { label: 'ordre du jour', call: async () => putAgenda(connector, data) },
    autres: { label: 'autres documents', call: async () => connector.setOthers(id, othersOf(data)) },
  }
  for (const part of changed) {
    const answer = await calls[part].call()
    if (answer.is === 'refused')
      throw new PermanentError(
        `Mise à jour refusée (${calls[part].label}) : ${answer.reason}${done.length > 0 ? ` Déjà mis à jour : ${done.join(', ')}.` : ''}`,
      )
    done.push(calls[part].label)
  }
}

/** What an agent changed after the séance was created. */
export const changes = {
  mettreAJour: task({
    label: 'Mettre à jour la séance',
    from: ['suivie', 'erreurMiseAJour', 'erreurSuivi'],
    to: 'suivie',
    trigger: 'agent',
    failsTo: 'erreurMiseAJour',
    afterCrash: 'retry',
    guard: ({ data, now }) =>
      missingIn(data) ??
      tooLate(data, now) ??
      (changedParts(data).length > 0 || "rien n'a changé depuis le dernier envoi : modifier d'abord le dossier"),
    async run({ connector, data, key }, goto) {
      await update(connector, data, key)
      return goto('suivie', { heureTransmise: timeOf(data), transmis: sentParts(partsOf(data)) }, 'Séance mise à jour')
    },
  }),
  suivreAinsi: task({
    label: 'Reprendre le suivi : la séance est à jour dans le logiciel de séances',
    from: 'erreurMiseAJour',
    to: 'suivie',
    trigger: 'agent',
    confirm: 'La séance du logiciel de séances est-elle bien celle du dossier, date et ordre du jour compris ?',
    async run({ data }, goto) {
      return goto(
        'suivie',
        { heureTransmise: timeOf(data), transmis: sentParts(partsOf(data)) },
        'Séance mise à jour dans le logiciel de séances par un agent',
      )
    },
  }),
}
