import { isDeepStrictEqual } from 'node:util'
import type {
  AutreDocument,
  Convocation,
  Convoque,
  Done,
  ProjetDeSeance,
  SeanceAConvoquer,
  SeanceFound,
  SeanceSending,
} from '../contracts/convocation.ts'
import { fileNamed, Mishaps } from './fakes.ts'

interface FakeSeance {
  wanted: SeanceAConvoquer
  projects: readonly ProjetDeSeance[]
  others: readonly AutreDocument[]
  sent: boolean
  convoques: readonly Convoque[]
}

/**
 * A software that prepares séances, as the tests of flows want it.
 * @param options `agenda: 'included'` takes the agenda with the séance; `updates: 'refused'` changes nothing that is there
 */
export const fakeConvocation = ({
  agenda = 'separate',
  updates = 'accepted',
}: { readonly agenda?: 'included' | 'separate'; readonly updates?: 'accepted' | 'refused' } = {}) => {
  const mishaps = new Mishaps()
  const seances = new Map<string, FakeSeance>()
  const answers: { create?: SeanceSending; find?: SeanceFound; status?: string; agenda?: string; proofs?: Error } = {}
  const refused = (reason: string): Done => ({ is: 'refused', reason })
  const seance = (id: string): FakeSeance => {
    const found = seances.get(id)
    if (!found) throw new Error(`no séance ${id}`)
    return found
  }
  const put = <K extends 'projects' | 'others'>(id: string, kind: K, wanted: FakeSeance[K]): Done => {
    mishaps.before()
    const held = seance(id)
    if (answers.agenda !== undefined) return refused(answers.agenda)
    if (held.sent) return refused('Les convocations de cette séance sont déjà parties.')
    if (held[kind].length > 0 && !isDeepStrictEqual(held[kind], wanted) && updates === 'refused')
      return refused('La séance a déjà un autre ordre du jour.')
    held[kind] = wanted
    mishaps.after()
    return { is: 'done' }
  }

  const convocation: Convocation = {
    types: async () => [{ value: 'cm', label: 'Conseil municipal' }],
    themes: async () => [{ value: 'fin', label: 'Finances' }],
    reporters: async () => [{ value: 'ab', label: 'Anne Batte' }],
    async create(wanted) {
      mishaps.before()
      if (answers.create) return answers.create
      const id = `seance-${seances.size + 1}`
      const projects = agenda === 'included' ? wanted.projects : []
      seances.set(id, { wanted, projects, others: [], sent: false, convoques: [] })
      mishaps.after()
      return { is: 'sent', id, agenda }
    },
    async find({ date, type }) {
      mishaps.before()
      if (answers.find) return answers.find
      const found = [...seances].find(([, { wanted }]) => wanted.date === date && wanted.type === type)
      return found ? { is: 'found', id: found[0] } : { is: 'none' }
    },
    setProjects: async (id, projects) => put(id, 'projects', projects),
    setOthers: async (id, others) => put(id, 'others', others),
    async update(id, wanted) {
      mishaps.before()
      if (updates === 'refused') return refused('Ce connecteur ne modifie pas les séances.')
      if (seance(id).sent) return refused('Les convocations de cette séance sont déjà parties.')
      seance(id).wanted = wanted
      mishaps.after()
      return { is: 'done' }
    },
    async status(id) {
      mishaps.before()
      if (answers.status !== undefined) return { is: 'notProvided', reason: answers.status }
      const { sent, convoques } = seance(id)
      return { is: 'followed', sent, convoques }
    },
    async proofs(id) {
      mishaps.before()
      if (answers.proofs) throw answers.proofs
      return seance(id).sent ? { ...fileNamed('jetons.zip'), type: 'application/zip' } : undefined
    },
  }

  return {
    convocation,
    mishaps,
    seances,
    /** What it answers from now on instead of doing anything. */
    answers,
    /** The convocations of every séance leave. */
    call(...convoques: readonly Convoque[]) {
      for (const each of seances.values()) {
        each.sent = true
        each.convoques = convoques
      }
    },
  }
}
