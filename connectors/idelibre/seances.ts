import {
  PermanentError,
  type Done,
  type SeanceAConvoquer,
  type SeanceFound,
  type SeanceSending,
  type SuiviDeSeance,
} from '#core'
import type { AutreDocument, FileRef, Part, ProjetDeSeance } from '#core'
import type { AgendaKind, IdelibreApi, Item, Named, Sitting } from './client.ts'
import { isSameTime, mayComeFrom } from './dates.ts'
import type { IdelibreSettings } from './fields.ts'
import { convoqueOf, hasLeft } from './followed.ts'
import {
  faultOfOthers,
  faultOfProjects,
  faultOfSeance,
  isLeftOf,
  isSameAgenda,
  lookTheSame,
  otherParts,
  projectParts,
  seanceParts,
} from './forms.ts'
import { readMapping, translated, typeNamed } from './types.ts'

export const ALREADY_THERE =
  "Une séance de ce type était déjà prévue à cette date dans i-delibRE : elle est reprise au lieu d'en créer une seconde. Vérifiez-la."
const LEFT = "Les convocations de cette séance sont déjà parties : i-delibRE n'accepte plus de la modifier."
const WRONG_HOUR =
  'i-delibRE a enregistré la séance à une autre heure que celle demandée : corrigez-la dans i-delibRE, et changez « Heure attendue par la version 2 » dans les réglages du connecteur.'
const OTHER_AGENDA: Readonly<Record<AgendaKind, string>> = {
  projects:
    'La séance a déjà un autre ordre du jour dans i-delibRE, qui ne se complète pas : modifiez-le dans i-delibRE, ou supprimez-y ses projets puis relancez.',
  otherdocs:
    'La séance a déjà d’autres documents dans i-delibRE, qui ne se complètent pas : modifiez-les dans i-delibRE, ou supprimez-les puis relancez.',
}

const refused = (reason: string) => ({ is: 'refused', reason }) as const
const DONE: Done = { is: 'done' }

/** A refusal of i-delibRE, with what to do when it is known. */
export const sentence = ({ status, reason }: { readonly status: number; readonly reason: string }): string => {
  if (/already sent/iu.test(reason)) return LEFT
  if (status === 413)
    return `i-delibRE refuse des fichiers trop grands (${reason}). Allégez-les, ou demandez à l'exploitant d'augmenter la taille permise.`
  return `i-delibRE refuse la demande : ${reason}.`
}

/** What version 2 can do with séances. Nothing there takes a key of ours: a séance is known by its type and its date. */
export const seancesOf = (api: IdelibreApi, settings: IdelibreSettings) => {
  const mapping = readMapping(settings.correspondances)

  const typeOf = async (type: string): Promise<Named | undefined> =>
    typeNamed(translated(type, mapping), await api.types())

  /** Lists do not always say the type of a séance; its name is that of its type, unless somebody changed it. */
  const isOfType = async (sitting: Sitting, type: Named): Promise<boolean> => {
    const own = sitting.type === undefined ? (await api.sitting(sitting.id)).type : sitting.type
    return own ? own.id === type.id : sitting.name === type.name
  }

  const heldAt = async (date: string, type: Named): Promise<Sitting | undefined> => {
    for (const sitting of await api.sittings())
      if (mayComeFrom(sitting.date, date, settings.fuseau) && (await isOfType(sitting, type))) return sitting
    return undefined
  }

  const isSent = async (id: string): Promise<boolean> => (await api.convocations(id)).some(hasLeft)

  const find = async ({ date, type }: Pick<SeanceAConvoquer, 'date' | 'type'>): Promise<SeanceFound> => {
    const known = await typeOf(type)
    const held = known && (await heldAt(date, known))
    return held ? { is: 'found', id: held.id } : { is: 'none' }
  }

  const create = async (seance: SeanceAConvoquer): Promise<SeanceSending> => {
    const fault = faultOfSeance(seance)
    if (fault !== undefined) return refused(fault)
    const type = await typeOf(seance.type)
    if (!type)
      return refused(
        `i-delibRE n'a pas de type de séance « ${translated(seance.type, mapping)} » : créez-le, ou complétez « Correspondance des types de séance » dans les réglages du connecteur.`,
      )
    const held = await heldAt(seance.date, type)
    if (held) return { is: 'sent', id: held.id, agenda: 'separate', remark: ALREADY_THERE }
    const sent = await api.create(seanceParts(seance, settings, type.id))
    if (sent.is === 'refused') return refused(sentence(sent))
    const { id, date } = Object(sent.answer) as Partial<Sitting>
    if (typeof id !== 'string') {
      const found = await heldAt(seance.date, type)
      if (!found)
        throw new PermanentError(
          "i-delibRE dit avoir créé la séance, mais ne la montre pas. Cherchez-la dans i-delibRE avant d'envoyer à nouveau.",
        )
      return { is: 'sent', id: found.id, agenda: 'separate' }
    }
    const isRight = date === undefined || isSameTime(date, seance.date)
    return { is: 'sent', id, agenda: 'separate', ...(isRight ? {} : { remark: WRONG_HOUR }) }
  }

  /** What the remote holds decides, before as after: what it took without answering is never sent again. */
  const setAgenda = async (
    id: string,
    kind: AgendaKind,
    wanted: readonly Parameters<typeof isSameAgenda>[1][number][],
    parts: readonly Part[],
  ): Promise<Done> => {
    const verdict = (held: readonly Item[]): Done | undefined =>
      isSameAgenda(held, wanted) ? DONE : held.length > 0 ? refused(OTHER_AGENDA[kind]) : undefined
    const before = verdict(await api.agenda(id, kind))
    if (before) return before
    const sent = await api.setAgenda(id, kind, parts)
    if (sent.is === 'ok') return DONE
    return verdict(await api.agenda(id, kind)) ?? refused(sentence(sent))
  }

  return {
    find,
    create,

    setProjects: async (id: string, projects: readonly ProjetDeSeance[]): Promise<Done> => {
      const fault = faultOfProjects(projects)
      return fault === undefined ? setAgenda(id, 'projects', projects, projectParts(projects)) : refused(fault)
    },

    async replaceProjects(
      id: string,
      projects: readonly ProjetDeSeance[],
      told: readonly ProjetDeSeance[],
    ): Promise<Done> {
      const fault = faultOfProjects(projects)
      if (fault !== undefined) return refused(fault)
      if (settings.ordreDuJour === 'refuser') return setAgenda(id, 'projects', projects, projectParts(projects))
      const held = await api.agenda(id, 'projects')
      // Names that are those of before may hide the contents of before.
      if (isSameAgenda(held, projects) && !lookTheSame(told, projects)) return DONE
      if (!isLeftOf(held, told) && !isSameAgenda(held, projects)) return refused(OTHER_AGENDA.projects)
      if (await isSent(id)) return refused(LEFT)
      const ids = held.flatMap(item => item.id ?? [])
      if (ids.length < held.length) return refused(OTHER_AGENDA.projects)
      for (const project of ids) await api.removeProject(id, project)
      if (projects.length === 0) return DONE
      const sent = await api.setAgenda(id, 'projects', projectParts(projects))
      if (sent.is === 'ok') return DONE
      // Refused once the former one is gone: a séance is not left without an agenda.
      const back = told.length === 0 ? undefined : await api.setAgenda(id, 'projects', projectParts(told))
      return refused(
        `${sentence(sent)} ${back?.is === 'ok' ? "L'ordre du jour précédent y est remis." : "L'ordre du jour y est vide : corrigez celui du dossier, puis relancez."}`,
      )
    },

    /** Without sending: is this the agenda there? */
    hasProjects: async (id: string, projects: readonly ProjetDeSeance[]): Promise<boolean> =>
      isSameAgenda(await api.agenda(id, 'projects'), projects),

    setOthers: async (id: string, others: readonly AutreDocument[]): Promise<Done> => {
      const fault = faultOfOthers(others)
      return fault === undefined ? setAgenda(id, 'otherdocs', others, otherParts(others)) : refused(fault)
    },

    async update(id: string, seance: SeanceAConvoquer): Promise<Done> {
      if (settings.modification === 'refuser')
        return refused(
          "Ce connecteur ne modifie pas les séances : modifiez-la dans i-delibRE, ou demandez à l'administrateur de changer le réglage « Modification d'une séance ».",
        )
      const fault = faultOfSeance(seance)
      if (fault !== undefined) return refused(fault)
      if (await isSent(id)) return refused(LEFT)
      const { type } = await api.sitting(id)
      const wanted = await typeOf(seance.type)
      if (type && wanted?.id !== type.id)
        return refused(
          `Le type d'une séance ne se change pas dans i-delibRE : celle-ci est du type « ${type.name} ». Créez une autre séance.`,
        )
      const sent = await api.update(id, seanceParts(seance, settings))
      if (sent.is === 'refused') return refused(sentence(sent))
      // A server that does not read multipart on PUT answers 200 and changes nothing.
      const now = await api.sitting(id)
      if ((now.place ?? '') === seance.place && mayComeFrom(now.date, seance.date, settings.fuseau)) return DONE
      return refused(
        'i-delibRE a répondu sans modifier la séance : son serveur ne lit pas les requêtes PUT. Modifiez la séance dans i-delibRE, et remettez « Jamais par le hub » dans les réglages du connecteur.',
      )
    },

    async status(id: string): Promise<SuiviDeSeance> {
      const convocations = await api.convocations(id)
      return { is: 'followed', sent: convocations.some(hasLeft), convoques: convocations.map(convoqueOf) }
    },

    /** Before the convocations leave, the zip would prove nothing. */
    proofs: async (id: string): Promise<FileRef | undefined> => ((await isSent(id)) ? api.tokens(id) : undefined),
  }
}

export type Seances = ReturnType<typeof seancesOf>
