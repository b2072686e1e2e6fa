import { createReadStream } from 'node:fs'
import { pesFaults, readPesAller, toLatin1, UnreadableXml, type PesAller } from '#core'
import {
  sampleAcquit,
  sampleNonAcquit,
  samplePesRetour,
  type SampleElement,
  type SimFile,
  type SimRequest,
  type SimResponse,
} from '#core/testing'
import { redirect, xml } from './simulator-answers.ts'

export interface SimPes {
  readonly id: number
  /** As it was posted. */
  readonly name: string
  readonly sha256: string
  readonly size: number
  /** What the platform read in it; `undefined` when it could not. */
  readonly pes: PesAller | undefined
  readonly states: number[]
  message: string
  acquit: Buffer | undefined
}

interface SimRetour {
  readonly id: number
  readonly name: string
  readonly date: string
  readonly content: Buffer
  read: boolean
}

/** What the treasury answers: everything accepted, everything refused, the last element refused, the whole refused, or nothing. */
export type Verdict = 'accepted' | 'refused' | 'partial' | 'nonAcquit' | 'empty'

/** The orders a test gives to the part HELIOS. */
export interface HeliosCommands {
  readonly sent: readonly SimPes[]
  /** The treasury answers (the last PES unless told). */
  answer(verdict?: Verdict, id?: string): void
  /** Reaches the treasury, which has not answered yet. */
  transmit(id?: string): void
  /** The platform gives up on it. */
  fail(message: string, id?: string): void
  setState(code: number, id?: string): void
  /** The treasury writes by itself. @returns the identifier */
  retour(name: string, content?: Buffer): string
}

export interface HeliosPart extends HeliosCommands {
  readonly pages: Readonly<Record<string, (request: SimRequest) => SimResponse | Promise<SimResponse>>>
  /** Every PES goes one state further. */
  step(): void
  unread(): number
}

const DUPLICATE = 'Doublon : ce fichier a déjà été posté sur la plateforme'

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const tag = (name: string, inside: string | number): string => `<${name}>${inside}</${name}>`
const answerXml = (root: string, inside: string): SimResponse =>
  xml(Buffer.from(toLatin1(`<?xml version="1.0" encoding="ISO-8859-1"?>\n${tag(root, inside)}\n`), 'latin1'))
const result = (root: string, id: string | number, told: { ok?: string; ko?: string }): SimResponse =>
  answerXml(
    root,
    `${tag('id', id)}${tag('resultat', told.ko === undefined ? 'OK' : 'KO')}${tag('message', escape(told.ko ?? ''))}${told.ok ?? ''}`,
  )

const readPosted = async ({ path }: SimFile): Promise<PesAller | undefined> => {
  try {
    return await readPesAller(createReadStream(path))
  } catch (error) {
    if (error instanceof UnreadableXml) return undefined
    throw error
  }
}

const DOMAINS: Readonly<Record<string, string>> = { PES_DepenseAller: '5', PES_RecetteAller: '6' }

/** One element per bordereau and per supporting piece; `refuse` says which are not accepted. */
const elementsOf = (pes: PesAller, refuse: (rank: number, count: number) => boolean): readonly SampleElement[] => {
  const about: readonly SampleElement[] = [
    ...pes.bordereaux.map(({ domain = '', exercice, id }) => ({
      domain: DOMAINS[domain] ?? '5',
      bordereau: id,
      exercice,
    })),
    ...pes.pjs.map(idUnique => ({ domain: '4', idUnique })),
  ]
  return about.map((element, rank) =>
    refuse(rank, about.length)
      ? {
          ...element,
          accepted: false,
          errors: [{ code: '2018', label: "La pièce n'est pas exploitable par le comptable" }],
          ...(element.bordereau
            ? {
                pieces: [
                  {
                    number: '1001',
                    lines: [{ number: '1', errors: [{ code: '3021', label: 'Nature inconnue à la nomenclature' }] }],
                  },
                ],
              }
            : {}),
        }
      : element,
  )
}

const acquitOf = (pes: PesAller, verdict: Verdict): Buffer => {
  const { nomFic, idColl, codCol, idPost, codBud } = pes
  const to = { nomFic, idColl, codCol, idPost, codBud }
  if (verdict === 'nonAcquit') return sampleNonAcquit(to)
  if (verdict === 'empty') return sampleAcquit({ ...to, elements: [] })
  const refuse = (rank: number, count: number) => verdict === 'refused' || (verdict === 'partial' && rank === count - 1)
  return sampleAcquit({ ...to, elements: elementsOf(pes, refuse) })
}

const FINAL: Readonly<Record<Verdict, number>> = { accepted: 8, refused: 8, partial: 8, nonAcquit: 6, empty: 4 }

/** S²LOW, part HELIOS (reference §5): import, validation that comes later, acquits, PES retour. */
export const heliosPart = (): HeliosPart => {
  const sent: SimPes[] = []
  const retours: SimRetour[] = []
  let lastId = 811

  const codeOf = ({ states }: SimPes): number => states.at(-1) ?? 1
  const find = (id: string | null): SimPes | undefined => sent.find(each => String(each.id) === id)
  const chosen = (id: string | undefined): SimPes => {
    const found = id === undefined ? sent.at(-1) : find(id)
    if (!found) throw new Error(`No PES ${id ?? 'at all'} in the simulator.`)
    return found
  }

  const receive = async ({ files }: SimRequest): Promise<SimResponse> => {
    const file = files.find(({ field }) => field === 'enveloppe')
    if (!file || file.size === 0) return result('import', '', { ko: "Aucun fichier n'a été posté" })
    // The platform compares SHA-1 digests; the same content has the same SHA-256.
    if (sent.some(each => each.sha256 === file.sha256)) return result('import', '', { ko: DUPLICATE })
    const { filename: name, sha256, size } = file
    const id = (lastId += 1)
    sent.push({ id, name, sha256, size, pes: await readPosted(file), states: [1], message: '', acquit: undefined })
    return result('import', id, {})
  }

  /** What the platform only finds out when it prepares the transmission (reference §5.5). */
  const lateFault = ({ id, pes }: SimPes): string | undefined => {
    if (!pes) return "Le fichier PES n'est pas bien formé"
    const fault = pesFaults(pes, { needsBudget: true }).find(each => !each.includes('SIRET'))
    if (fault) return fault
    const same = sent.some(
      each => each.id < id && each.pes?.nomFic === pes.nomFic && each.pes.codCol === pes.codCol && codeOf(each) !== -1,
    )
    return same ? `Le fichier ${pes.nomFic} a déjà été transmis pour cette collectivité` : undefined
  }

  const answer = (each: SimPes, verdict: Verdict): void => {
    if (!each.pes) throw new Error('The simulator cannot acknowledge what it could not read.')
    each.acquit = acquitOf(each.pes, verdict)
    each.states.push(FINAL[verdict])
  }

  const step = (each: SimPes): void => {
    const code = codeOf(each)
    if (code === 1) {
      const fault = lateFault(each)
      each.message = fault ?? ''
      each.states.push(fault === undefined ? 2 : -1)
    } else if (code === 2) each.states.push(3)
    else if (code === 3) answer(each, 'accepted')
  }

  const transmit = (each: SimPes): void => {
    while (codeOf(each) === 1 || codeOf(each) === 2) step(each)
  }

  const status = ({ query }: SimRequest): SimResponse => {
    const id = query.get('transaction')
    const each = find(id)
    if (!each) return result('transaction', id ?? '', { ko: 'Numéro de transaction invalide' })
    const code = codeOf(each)
    // Until the file of the answer is there, the platform says that it still waits for it.
    const shown = [4, 6, 8].includes(code) && !each.acquit ? 3 : code
    const inside = `${tag('id', each.id)}${tag('resultat', 'OK')}${tag('message', escape(each.message))}${tag('status', shown)}`
    return answerXml('transaction', inside)
  }

  const list = (): SimResponse => {
    const unread = retours.filter(({ read }) => !read)
    const lines = unread.map(({ id, name, date }) =>
      tag('pes_retour', `${tag('id', id)}${tag('nom', escape(name))}${tag('date', date)}`),
    )
    const head = `${tag('idColl', '21340001700017')}${tag('resultat', 'OK')}<message/>${tag('dateDemande', '2026-01-16 08:00:00')}`
    return answerXml('liste', `${head}${lines.join('')}`)
  }

  const retourOf = (id: string | null): SimRetour | undefined => retours.find(each => String(each.id) === id)

  return {
    sent,
    pages: {
      '/modules/helios/api/helios_importer_fichier.php': receive,
      '/modules/helios/api/helios_transac_get_status.php': status,
      '/modules/helios/api/helios_download_acquit.php': ({ query }) => {
        const acquit = find(query.get('id'))?.acquit
        return acquit ? xml(acquit) : redirect('/modules/helios/index.php')
      },
      '/modules/helios/api/helios_get_list.php': list,
      '/modules/helios/api/helios_get_retour.php': ({ query }) => {
        const retour = retourOf(query.get('id'))
        return retour ? xml(retour.content) : result('get_retour', query.get('id') ?? '', { ko: 'PES retour inconnu' })
      },
      '/modules/helios/api/helios_change_status.php': ({ query }) => {
        const retour = retourOf(query.get('id'))
        if (retour) retour.read = true
        return result('change_status', query.get('id') ?? '', retour ? {} : { ko: 'PES retour inconnu' })
      },
    },
    step: () => sent.forEach(step),
    unread: () => retours.filter(({ read }) => !read).length,
    answer: (verdict = 'accepted', id) => {
      const each = chosen(id)
      transmit(each)
      if (codeOf(each) === 3) answer(each, verdict)
    },
    transmit: id => transmit(chosen(id)),
    fail: (message, id) => {
      const each = chosen(id)
      each.message = message
      each.states.push(-1)
    },
    setState: (code, id) => void chosen(id).states.push(code),
    retour: (name, content = samplePesRetour({ nomFic: name })) => {
      const id = (lastId += 1)
      retours.push({ id, name, date: '2026-01-16 06:30:00', content, read: false })
      return String(id)
    },
  }
}
