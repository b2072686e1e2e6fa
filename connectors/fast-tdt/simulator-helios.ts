import { readPesAller, UnreadableXml, type FileRef, type Files, type PesAller } from '#core'
import { sampleAcquit, sampleNonAcquit, simDocuments, type SampleElement, type SimDocument } from '#core/testing'

export type Verdict = 'accepted' | 'refused' | 'partial' | 'nonAcquit'

const CIRCUITS = { '21': 'Télétransmission HELIOS', '22': 'Signature puis HELIOS' }
const STEPS = ['Préparé', 'Transmis à Hélios'] as const

const read = async (files: Files, file: FileRef): Promise<PesAller | undefined> => {
  try {
    return await readPesAller(files.open(file))
  } catch (error) {
    if (error instanceof UnreadableXml) return undefined
    throw error
  }
}

/** One element per bordereau and per supporting piece. */
const elementsOf = (pes: PesAller, verdict: Verdict): readonly SampleElement[] => {
  const about: readonly SampleElement[] = [
    ...pes.bordereaux.map(({ exercice, id }) => ({ domain: '5', bordereau: id, exercice })),
    ...pes.pjs.map(idUnique => ({ domain: '4', idUnique })),
  ]
  return about.map((element, rank) =>
    verdict === 'refused' || (verdict === 'partial' && rank === about.length - 1)
      ? { ...element, accepted: false, errors: [{ code: '2018', label: 'Pièce inexploitable par le comptable' }] }
      : element,
  )
}

/** FAST, accounting flows: the service of documents, and a treasury that answers. */
export const simHelios = (files: Files, siren: string) => {
  const names = new Map<string, string>()
  const part = simDocuments({
    files,
    siren,
    circuits: CIRCUITS,
    async refuse({ file }) {
      const pes = await read(files, file)
      if (!pes?.nomFic) return 'Le fichier PES est illisible'
      if (names.has(pes.nomFic)) return `Un PES avec le même nomfic (${pes.nomFic}) a déjà été envoyé`
      names.set(pes.nomFic, file.sha256)
      return undefined
    },
  })

  const answer = async (document: SimDocument, verdict: Verdict): Promise<void> => {
    const pes = await read(files, document.file)
    if (!pes) throw new Error('The simulator cannot acknowledge what it cannot read.')
    const { nomFic, idColl, codCol, idPost, codBud } = pes
    const to = { nomFic, idColl, codCol, idPost, codBud }
    const acquit =
      verdict === 'nonAcquit' ? sampleNonAcquit(to) : sampleAcquit({ ...to, elements: elementsOf(pes, verdict) })
    document.acknowledgement = await files.save(acquit, 'acquit.xml')
    part.push(document, 'Acquittement Hélios')
  }

  return {
    ...part,
    circuit: CIRCUITS['21'],
    answer: (verdict: Verdict = 'accepted', id?: string) => answer(part.chosen(id), verdict),
    fail: (id?: string) => part.push(part.chosen(id), 'Échec du traitement FAST'),
    step: async (): Promise<void> => {
      for (const each of part.documents) {
        const next = STEPS[each.events.length]
        if (next) part.push(each, next)
        else if (!each.acknowledgement && each.events.at(-1)?.state === STEPS[1]) await answer(each, 'accepted')
      }
    },
  }
}
