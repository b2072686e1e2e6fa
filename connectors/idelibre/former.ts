import type { Convocation, Done, SeanceAConvoquer } from '#core'
import type { IdelibreSettings } from './fields.ts'
import { faultOfProjects, faultOfSeance } from './forms.ts'
import type { LegacyApi } from './legacy.ts'
import { ALREADY_THERE, sentence, type Seances } from './seances.ts'
import { readMapping, translated } from './types.ts'

const UNFOLLOWED =
  "Avec l'ancienne API d'i-delibRE, une séance ne peut être retrouvée ni suivie que si un jeton de la version 2 est déposé dans les réglages du connecteur."
const WITHOUT_ID =
  "i-delibRE avait déjà cette séance, mais l'ancienne API ne dit pas son identifiant : elle ne pourra être ni suivie ni retrouvée. Vérifiez-la dans i-delibRE."

const refused = (reason: string): Done => ({ is: 'refused', reason })

/** What the former API has no place for, so that nobody believes it left. */
const leftOut = ({ invitation, remoteAllowed }: SeanceAConvoquer): string | undefined => {
  const missing = [
    ...(invitation ? ["l'invitation"] : []),
    ...(remoteAllowed ? ["l'autorisation de siéger à distance"] : []),
  ].join(' ni ')
  return missing === ''
    ? undefined
    : `L'ancienne API d'i-delibRE ne prend pas ${missing} : complétez la séance dans i-delibRE.`
}

/**
 * Séances through the former API: it creates them whole. `seances`, when a token is there too, finds and follows them through
 * version 2.
 */
export const formerSeances = (
  api: LegacyApi,
  settings: IdelibreSettings,
  seances: Seances | undefined,
): Omit<Convocation, 'types' | 'themes' | 'reporters'> => {
  const mapping = readMapping(settings.correspondances)

  return {
    async find(seance) {
      return seances ? seances.find(seance) : { is: 'unknowable', reason: UNFOLLOWED }
    },

    async create(seance) {
      const fault = faultOfSeance(seance) ?? faultOfProjects(seance.projects)
      if (fault !== undefined) return { is: 'refused', reason: fault }
      const held = await seances?.find(seance)
      if (held?.is === 'found') return { is: 'sent', id: held.id, agenda: 'separate', remark: ALREADY_THERE }
      const sent = await api.create(seance, translated(seance.type, mapping))
      if (sent.is === 'refused') return { is: 'refused', reason: sentence(sent) }
      if (sent.is === 'alreadyThere') {
        const found = await seances?.find(seance)
        return found?.is === 'found'
          ? { is: 'sent', id: found.id, agenda: 'separate', remark: ALREADY_THERE }
          : { is: 'sent', id: undefined, agenda: 'included', remark: WITHOUT_ID }
      }
      const remark = leftOut(seance)
      return { is: 'sent', id: sent.id, agenda: 'included', ...(remark === undefined ? {} : { remark }) }
    },

    async setProjects(id, projects) {
      if (!seances) return refused(UNFOLLOWED)
      if (await seances.hasProjects(id, projects)) return { is: 'done' }
      return refused(
        "L'ancienne API d'i-delibRE n'envoie l'ordre du jour qu'avec la séance, et celui qu'elle y a n'est pas celui du dossier : corrigez-le dans i-delibRE.",
      )
    },

    // What has neither theme nor reporter is written the same way in both versions.
    setOthers: async (id, others) => (seances ? seances.setOthers(id, others) : refused(UNFOLLOWED)),
    update: async (id, seance) => (seances ? seances.update(id, seance) : refused(UNFOLLOWED)),
    status: async id => (seances ? seances.status(id) : { is: 'notProvided', reason: UNFOLLOWED }),
    proofs: async id => seances?.proofs(id),
  }
}
