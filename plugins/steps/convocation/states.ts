import type { StateDefinition, TaskDefinition } from '#core'
import { CHANGEABLE, type convocationFields } from './fields.ts'

/** Where a séance may be, from its creation to its proofs. */
export const states = {
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
} as const satisfies Readonly<Record<string, StateDefinition<typeof convocationFields>>>

type State = keyof typeof states

type Task<To extends State> = TaskDefinition<Record<never, never>, typeof convocationFields, 'convocation', State, To>

/** A task of the step, typed where it is written: its states, its fields and its connector are those of the convocation. */
export const task = <const To extends State>(definition: Task<To>): Task<To> => definition
