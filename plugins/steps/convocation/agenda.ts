import { PermanentError, type Done } from '#core'
import { othersOf, partsOf, projectsOf, sentParts } from './seance.ts'
import { task } from './states.ts'

const mustBeDone = (done: Done): void => {
  if (done.is === 'refused') throw new PermanentError(done.reason)
}

/** Its agenda, then what is on no agenda. */
export const agenda = {
  poserOrdre: task({
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
  }),
  poserAutres: task({
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
  }),
  accepterOrdre: task({
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
  }),
  accepterAutres: task({
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
  }),
}
