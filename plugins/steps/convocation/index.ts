import { defineStep, localTime, PermanentError, wait, type Convocation, type Done } from '#core'
import { CHANGEABLE, convocationFields, type SeanceData } from './fields.ts'
import {
  changedParts,
  othersOf,
  partsOf,
  projectsOf,
  seanceOf,
  sentParts,
  timeOf,
  writtenTime,
  missingIn,
} from './seance.ts'
import { convoquesOf, tally } from './suivi.ts'

/** Hours after the séance during which attendance is still being recorded. */
const AFTERWARDS = 24

const hoursBefore = (now: Date, hours: number): Date => new Date(now.getTime() - hours * 3_600_000)

/** Why a séance can no longer be changed: it is over, or it would be. */
const tooLate = (data: SeanceData, now: Date): string | undefined => {
  const past = [data.heureTransmise, timeOf(data)].find(each => each !== undefined && each <= localTime(now))
  return past && `la séance est prévue le ${writtenTime(past)}, une date passée`
}

const mustBeDone = (done: Done): void => {
  if (done.is === 'refused') throw new PermanentError(done.reason)
}

/** What the remote was told of the séance itself; its agenda and its other documents are noted when they leave. */
const told = (data: SeanceData) => ({
  heureTransmise: timeOf(data),
  transmis: sentParts({ ...partsOf(data), projets: '[]', autres: '[]' }),
})

const CANCEL =
  "Le hub ne suit plus cette séance, et rien n'a changé dans le logiciel de séances, qui ne se laisse pas commander l'annulation : y supprimer la séance, prévenir les convoqués si les convocations sont parties, puis « Constater l'annulation »."

/** Tells the remote what changed, part by part. @throws PermanentError at the first refusal, with what was told before it */
const update = async (connector: Convocation, data: SeanceData, key: string): Promise<void> => {
  const id = data.seanceId ?? ''
  const changed = changedParts(data)
  const done: string[] = []
  const calls = {
    seance: { label: 'date, lieu et convocation', call: async () => connector.update(id, seanceOf(data, key)) },
    projets: { label: 'ordre du jour', call: async () => connector.setProjects(id, projectsOf(data)) },
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

/**
 * A séance in the software that calls the elected members: created with its agenda, followed until the day after, then proven
 * (`core/contracts/convocation.ts`; there is no such step in Pastell).
 */
export const convocation = defineStep({
  id: 'convocation',
  label: 'Convocation',
  needs: 'convocation',
  inputs: {},
  fields: convocationFields,
  initial: 'aCreer',
  states: {
    aCreer: { label: 'Préparation de la séance' },
    aVerifier: { label: 'Séance peut-être créée, à vérifier', trouble: true, editable: ['seanceId'] },
    creee: { label: "Séance créée, dépôt de l'ordre du jour" },
    ordrePose: { label: 'Ordre du jour déposé, dépôt des autres documents' },
    suivie: { label: 'Convocations suivies', editable: CHANGEABLE },
    nonSuivie: { label: 'Séance créée, sans suivi possible' },
    tenue: { label: 'Séance tenue, récupération des preuves' },
    terminee: { label: 'Séance terminée', ends: 'next' },
    aAnnuler: { label: 'Séance à annuler dans le logiciel de séances', trouble: true },
    annulee: { label: 'Séance annulée', ends: 'stop', deletable: true },
    erreurCreation: { label: 'Séance refusée', trouble: true, editable: 'all' },
    erreurOrdre: { label: 'Ordre du jour refusé', trouble: true, editable: ['projets'] },
    erreurAutres: { label: 'Autres documents refusés', trouble: true, editable: ['autresDocuments'] },
    erreurMiseAJour: { label: 'Mise à jour refusée', trouble: true, editable: CHANGEABLE },
    erreurSuivi: { label: 'Suivi des convocations interrompu', trouble: true, editable: CHANGEABLE },
    erreurPreuves: { label: 'Preuves impossibles à récupérer', trouble: true },
  },
  tasks: {
    creer: {
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
    },
    reprendre: {
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
    },
    recreer: {
      label: 'Créer à nouveau',
      from: 'aVerifier',
      to: 'aCreer',
      trigger: 'agent',
      confirm:
        "Avez-vous vérifié que cette séance n'est pas dans le logiciel de séances ? Si elle y est, les élus seraient convoqués deux fois.",
      async run(_context, goto) {
        return goto('aCreer', { seanceId: undefined }, 'Absente du logiciel de séances, créée à nouveau par un agent')
      },
    },
    poserOrdre: {
      label: "Déposer l'ordre du jour",
      from: 'creee',
      to: 'ordrePose',
      failsTo: 'erreurOrdre',
      // Called again with the same agenda, the remote doubles nothing.
      afterCrash: 'retry',
      async run({ connector, data }, goto) {
        const projects = projectsOf(data)
        if (projects.length > 0) mustBeDone(await connector.setProjects(data.seanceId ?? '', projects))
        return goto(
          'ordrePose',
          { transmis: sentParts({ ...partsOf(data), autres: '[]' }) },
          `Ordre du jour déposé (${projects.length} ${projects.length > 1 ? 'projets' : 'projet'})`,
        )
      },
    },
    poserAutres: {
      label: 'Déposer les autres documents',
      from: 'ordrePose',
      to: 'suivie',
      failsTo: 'erreurAutres',
      afterCrash: 'retry',
      async run({ connector, data }, goto) {
        const others = othersOf(data)
        if (others.length > 0) mustBeDone(await connector.setOthers(data.seanceId ?? '', others))
        return goto(
          'suivie',
          { transmis: sentParts(partsOf(data)) },
          'Séance prête : le service des assemblées peut envoyer les convocations dans le logiciel de séances.',
        )
      },
    },
    accepterOrdre: {
      label: "L'ordre du jour est corrigé dans le logiciel de séances",
      from: 'erreurOrdre',
      to: 'ordrePose',
      trigger: 'agent',
      confirm: "L'ordre du jour du logiciel de séances est-il le bon ? Le hub n'y déposera plus celui du dossier.",
      async run({ data }, goto) {
        return goto(
          'ordrePose',
          { transmis: sentParts({ ...partsOf(data), autres: '[]' }) },
          'Ordre du jour corrigé dans le logiciel de séances par un agent',
        )
      },
    },
    accepterAutres: {
      label: 'Les autres documents sont dans le logiciel de séances',
      from: 'erreurAutres',
      to: 'suivie',
      trigger: 'agent',
      confirm: "Les autres documents du logiciel de séances sont-ils les bons ? Le hub n'en déposera plus.",
      async run({ data }, goto) {
        return goto(
          'suivie',
          { transmis: sentParts(partsOf(data)) },
          'Autres documents déposés dans le logiciel de séances par un agent',
        )
      },
    },
    suivre: {
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
          changedParts(data).length > 0
            ? ' Des modifications ne sont pas transmises : « Mettre à jour la séance ».'
            : ''
        return wait(`${state}.${untold}`, values)
      },
    },
    mettreAJour: {
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
        return goto(
          'suivie',
          { heureTransmise: timeOf(data), transmis: sentParts(partsOf(data)) },
          'Séance mise à jour',
        )
      },
    },
    suivreAinsi: {
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
    },
    recupererPreuves: {
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
    },
    terminerSansPreuves: {
      label: 'Terminer sans les preuves',
      from: 'erreurPreuves',
      to: 'terminee',
      trigger: 'agent',
      confirm: "Terminer sans les preuves d'envoi et de lecture ? Les demander d'abord à l'administrateur du logiciel.",
      async run(_context, goto) {
        return goto('terminee', {}, 'Séance terminée sans ses preuves, sur décision d’un agent')
      },
    },
    constaterTenue: {
      label: 'Constater que la séance est tenue',
      from: ['nonSuivie', 'erreurSuivi'],
      to: 'terminee',
      trigger: 'agent',
      guard: ({ data, now }) =>
        timeOf(data) <= localTime(now) || `la séance est prévue le ${writtenTime(timeOf(data))} : attendre ce moment`,
      async run(_context, goto) {
        return goto('terminee', {}, 'Séance tenue, constatée par un agent')
      },
    },
    annuler: {
      label: 'Annuler la séance',
      from: ['suivie', 'nonSuivie', 'erreurOrdre', 'erreurAutres', 'erreurMiseAJour', 'erreurSuivi'],
      to: 'aAnnuler',
      trigger: 'agent',
      confirm:
        "Arrêter de suivre cette séance ? Le hub ne peut pas l'annuler lui-même : il vous restera à la supprimer dans le logiciel de séances, et à prévenir les convoqués si les convocations sont parties.",
      async run(_context, goto) {
        return goto('aAnnuler', {}, CANCEL)
      },
    },
    constaterAnnulation: {
      label: "Constater l'annulation",
      from: 'aAnnuler',
      to: 'annulee',
      trigger: 'agent',
      confirm: 'La séance est-elle supprimée dans le logiciel de séances, et les convoqués prévenus ?',
      async run(_context, goto) {
        return goto('annulee', {}, 'Annulée dans le logiciel de séances, constatée par un agent')
      },
    },
    retablir: {
      label: 'Reprendre le suivi',
      from: 'aAnnuler',
      to: ['suivie', 'nonSuivie'],
      trigger: 'agent',
      async run({ data }, goto) {
        return data.seanceId === undefined
          ? goto('nonSuivie', {}, 'Annulation abandonnée')
          : goto('suivie', {}, 'Annulation abandonnée, suivi repris')
      },
    },
  },
})
