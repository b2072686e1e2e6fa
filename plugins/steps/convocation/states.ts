import type { StateDefinition, TaskDefinition } from '#core'
import { CHANGEABLE, type convocationFields } from './fields.ts'

/** Where a séance may be, from its creation to its proofs. */
export const states = {
  aCreer: { label: 'Préparation de la séance' },
  aVerifier: {
    label: 'Séance peut-être créée, à vérifier',
    help: "La réponse du logiciel de séances s'est perdue, et il ne sait pas dire si la séance y est. Regardez là-bas : si elle y est, saisissez « Identifiant de la séance », puis « Reprendre » ; sinon, « Créer à nouveau ».",
    trouble: true,
    editable: ['seanceId'],
  },
  creee: { label: "Séance créée, dépôt de l'ordre du jour" },
  ordrePose: { label: 'Ordre du jour déposé, dépôt des autres documents' },
  suivie: { label: 'Convocations suivies', editable: CHANGEABLE },
  nonSuivie: {
    label: 'Séance créée, sans suivi possible',
    help: "La séance existe dans le logiciel de séances, qui ne dit rien de ses convocations : elles se suivent là-bas. Le moment venu, « Constater que la séance est tenue » ; si elle n'a pas lieu, « Annuler la séance ».",
  },
  tenue: { label: 'Séance tenue, récupération des preuves' },
  terminee: { label: 'Séance terminée', ends: 'next' },
  aAnnuler: {
    label: 'Séance à annuler dans le logiciel de séances',
    help: "Le hub ne suit plus cette séance, mais rien n'a changé dans le logiciel de séances. Supprimez-la là-bas, prévenez les convoqués si les convocations sont parties, puis « Constater l'annulation » ; « Reprendre le suivi », si la séance a lieu.",
    trouble: true,
  },
  annulee: {
    label: 'Séance annulée',
    help: "La séance est annulée dans le logiciel de séances, un agent l'a constaté : personne n'a rien à faire.",
    ends: 'stop',
    deletable: true,
  },
  erreurCreation: {
    label: 'Séance refusée',
    help: "Le logiciel de séances n'a pas créé la séance, pour la raison affichée. Corrigez le champ nommé, puis « Réessayer : Créer la séance ».",
    trouble: true,
    editable: 'all',
  },
  erreurOrdre: {
    label: 'Ordre du jour refusé',
    help: "La séance est créée, mais le logiciel de séances a refusé son ordre du jour, pour la raison affichée. Corrigez les projets, puis « Réessayer : Déposer l'ordre du jour » ; ou corrigez-le là-bas, puis « L'ordre du jour est corrigé dans le logiciel de séances ». Si elle n'a pas lieu, « Annuler la séance ».",
    trouble: true,
    editable: ['projets'],
  },
  erreurAutres: {
    label: 'Autres documents refusés',
    help: "La séance et son ordre du jour sont en place, mais le logiciel de séances a refusé les autres documents, pour la raison affichée. Corrigez-les, puis « Réessayer : Déposer les autres documents » ; ou déposez-les là-bas, puis « Les autres documents sont dans le logiciel de séances ». Si elle n'a pas lieu, « Annuler la séance ».",
    trouble: true,
    editable: ['autresDocuments'],
  },
  erreurMiseAJour: {
    label: 'Mise à jour refusée',
    help: "Le logiciel de séances n'a pas pris la modification ; la raison affichée dit quelle partie, et lesquelles étaient déjà passées. Corrigez, puis « Mettre à jour la séance » ; ou corrigez-la là-bas, puis « Reprendre le suivi : la séance est à jour dans le logiciel de séances ». Si elle n'a pas lieu, « Annuler la séance ».",
    trouble: true,
    editable: CHANGEABLE,
  },
  erreurSuivi: {
    label: 'Suivi des convocations interrompu',
    help: 'Le logiciel de séances ne donne plus de nouvelles de cette séance, pour la raison affichée. « Réessayer : Actualiser le suivi » le reprend ; si elle a eu lieu, « Constater que la séance est tenue » ; sinon, « Annuler la séance ».',
    trouble: true,
    editable: CHANGEABLE,
  },
  erreurPreuves: {
    label: 'Preuves impossibles à récupérer',
    help: "La séance est tenue, mais ses preuves d'envoi et de lecture n'ont pas pu être récupérées, pour la raison affichée. « Réessayer : Récupérer les preuves » les redemande ; si le logiciel de séances ne les a plus, « Terminer sans les preuves ».",
    trouble: true,
  },
} as const satisfies Readonly<Record<string, StateDefinition<typeof convocationFields>>>

type State = keyof typeof states

type Task<To extends State> = TaskDefinition<Record<never, never>, typeof convocationFields, 'convocation', State, To>

/** A task of the step, typed where it is written: its states, its fields and its connector are those of the convocation. */
export const task = <const To extends State>(definition: Task<To>): Task<To> => definition
