import { TemporaryError } from '../authoring/errors.ts'
import type { FileRef } from '../authoring/values.ts'
import type { Acquit, AcquitOutcome } from '../contracts/pes/acquit.ts'
import type {
  ActeStatus,
  CancellationStatus,
  Ged,
  MailAEnvoyer,
  Mailsec,
  PesStatus,
  Sae,
  SaeReply,
  Seda,
  Signature,
  SignatureStatus,
  TdtActes,
  TdtHelios,
} from '../contracts/index.ts'

/**
 * Small honest stand-ins for whole families, for the tests of flows: they keep what they receive, refuse what is down, and
 * obey the test. Protocols are the business of simulators; these know none.
 */
export interface FakeFile {
  (name: string, content?: string): FileRef
}

/** A reference to a content that no store holds: enough wherever nobody opens it. */
export const fileNamed: FakeFile = (name, content = name) => ({
  sha256: Buffer.from(content).toString('hex').padEnd(64, '0').slice(0, 64),
  name,
  size: content.length,
  type: name.endsWith('.xml') ? 'application/xml' : 'application/pdf',
})

/** What can go wrong with a fake, next time it is called. */
export class Mishaps {
  #down = false
  #once: (() => never) | undefined
  #afterwards: (() => never) | undefined

  goDown(): void {
    this.#down = true
  }
  comeBack(): void {
    this.#down = false
  }
  /** The next call throws before doing anything. */
  failOnce(error: Error): void {
    this.#once = () => {
      throw error
    }
  }
  /** The next sending is carried out, then its answer is lost. */
  loseNextAnswer(): void {
    this.#afterwards = () => {
      throw new TemporaryError('La connexion a été coupée avant la réponse.', { maybeSent: true })
    }
  }
  before(): void {
    if (this.#down) throw new TemporaryError('Le service ne répond pas.')
    const fail = this.#once
    this.#once = undefined
    fail?.()
  }
  after(): void {
    const fail = this.#afterwards
    this.#afterwards = undefined
    fail?.()
  }
}

export const fakeSignature = () => {
  const mishaps = new Mishaps()
  const folders = new Map<string, { key: string; document: FileRef; status: SignatureStatus; closed: boolean }>()
  const decide = (status: (document: FileRef) => SignatureStatus) => {
    for (const folder of folders.values()) if (folder.status.is === 'pending') folder.status = status(folder.document)
  }
  const signature: Signature = {
    circuits: async () => [{ value: 'actes/deliberation', label: 'Actes / Délibération' }],
    async send(folder) {
      mishaps.before()
      const id = `dossier-${folders.size + 1}`
      folders.set(id, {
        key: folder.key,
        document: folder.document,
        status: { is: 'pending', message: 'En attente de la signature du maire' },
        closed: false,
      })
      mishaps.after()
      return { is: 'sent', id }
    },
    async find(key) {
      mishaps.before()
      return [...folders].find(([, folder]) => folder.key === key)?.[0]
    },
    async status(id) {
      mishaps.before()
      return folders.get(id)?.status ?? { is: 'pending', message: 'Dossier inconnu' }
    },
    async close(id) {
      mishaps.before()
      const folder = folders.get(id)
      if (folder) folder.closed = true
    },
  }
  return {
    signature,
    mishaps,
    folders,
    /** @param signed the file given back, for whoever opens it */
    sign: (signed?: FileRef) =>
      decide(document => ({
        is: 'signed',
        document: signed ?? { ...document, sha256: document.sha256.replace(/^./u, 'f') },
        signedOn: '2026-01-15',
      })),
    refuse: (reason: string) => decide(() => ({ is: 'refused', reason })),
  }
}

export const fakeTdtActes = () => {
  const mishaps = new Mishaps()
  const actes = new Map<
    string,
    { numero: string; date: string; status: ActeStatus; cancellation?: CancellationStatus }
  >()
  const decide = (status: (id: string) => ActeStatus) => {
    for (const [id, acte] of actes)
      if (acte.status.is === 'pending' || acte.status.is === 'toConfirm') acte.status = status(id)
  }
  const tdtActes: TdtActes = {
    classification: async () => [{ value: '1.1', label: '1.1 Marchés publics' }],
    typologies: async () => [{ value: '99_DE', label: 'Délibération (99_DE)' }],
    async send(acte) {
      mishaps.before()
      if ([...actes.values()].some(each => each.numero === acte.numero))
        return { is: 'refused', reason: 'Un acte portant le même numéro existe déjà' }
      const id = String(actes.size + 1)
      actes.set(id, { numero: acte.numero, date: acte.date, status: { is: 'pending', message: 'Posté' } })
      mishaps.after()
      return { is: 'sent', id }
    },
    async find({ numero, date }) {
      mishaps.before()
      return [...actes].find(([, acte]) => acte.numero === numero && acte.date === date)?.[0]
    },
    async status(id) {
      mishaps.before()
      return actes.get(id)?.status ?? { is: 'refused', reason: 'Transaction inconnue' }
    },
    async stamped(_id, pieces) {
      mishaps.before()
      return {
        acte: fileNamed('acte-tampon.pdf'),
        annexes: pieces.annexes.map(annexe => fileNamed(`${annexe.name}-tampon.pdf`)),
        bordereau: fileNamed('bordereau.pdf'),
      }
    },
    async cancel(id) {
      mishaps.before()
      const acte = actes.get(id)
      if (!acte) return { is: 'refused', reason: 'Transaction inconnue' }
      acte.cancellation = { is: 'pending', message: "Annulation en attente d'accusé" }
      mishaps.after()
      return { is: 'sent', id: `annulation-${id}` }
    },
    async findCancellation(id) {
      return actes.get(id)?.cancellation ? `annulation-${id}` : undefined
    },
    async cancellationStatus(id) {
      mishaps.before()
      return actes.get(id.replace('annulation-', ''))?.cancellation ?? { is: 'refused', reason: 'Annulation inconnue' }
    },
  }
  return {
    tdtActes,
    mishaps,
    actes,
    acknowledge: () =>
      decide(id => ({
        is: 'acknowledged',
        ar: fileNamed('ar.xml'),
        acteId: `034-213400000-20260115-${actes.get(id)?.numero ?? ''}-DE`,
        receivedOn: '2026-01-15',
      })),
    reject: (reason: string) => decide(() => ({ is: 'refused', reason })),
    acceptCancellations: () => {
      for (const acte of actes.values())
        if (acte.cancellation)
          acte.cancellation = { is: 'cancelled', ar: fileNamed('ar-annulation.xml'), receivedOn: '2026-01-16' }
    },
    refuseCancellations: (reason: string) => {
      for (const acte of actes.values()) if (acte.cancellation) acte.cancellation = { is: 'refused', reason }
    },
  }
}

export const fakeTdtHelios = () => {
  const mishaps = new Mishaps()
  const sent = new Map<string, { pes: FileRef; status: PesStatus }>()
  const decide = (status: (pes: FileRef) => PesStatus) => {
    for (const each of sent.values()) if (each.status.is === 'pending') each.status = status(each.pes)
  }
  const tdtHelios: TdtHelios = {
    async send({ pes }) {
      mishaps.before()
      if ([...sent.values()].some(each => each.pes.sha256 === pes.sha256))
        return { is: 'refused', reason: 'Doublon : ce fichier a déjà été posté', duplicate: true }
      const id = String(sent.size + 1)
      sent.set(id, { pes, status: { is: 'pending', message: 'Transmis à la trésorerie' } })
      mishaps.after()
      return { is: 'sent', id }
    },
    async status(id) {
      mishaps.before()
      return sent.get(id)?.status ?? { is: 'refused', reason: 'Transaction inconnue' }
    },
  }
  return {
    tdtHelios,
    mishaps,
    sent,
    /** The treasury answers, on ten elements, of which some may be told. */
    answer: (outcome: AcquitOutcome, elements: Acquit['elements'] = []) =>
      decide(pes => ({
        is: 'answered',
        acquit: fileNamed(pes.name.replace(/(\.\w+)?$/u, '_ACK.xml')),
        reading: {
          kind: 'acquit',
          outcome,
          nomFic: pes.name,
          count: outcome === 'empty' ? 0 : 10,
          refused: outcome === 'refused' ? 10 : outcome === 'partial' ? 1 : 0,
          elements,
          errors: [],
        },
      })),
    reject: (reason: string) => decide(() => ({ is: 'refused', reason })),
  }
}

export const fakeGed = () => {
  const mishaps = new Mishaps()
  const deposits = new Map<string, string>()
  const replaced = new Map<string, FileRef>()
  const ged: Ged = {
    async deposit(contents, key) {
      mishaps.before()
      deposits.set(key, contents.title)
      mishaps.after()
      return { ids: {}, location: `/actes/${contents.title}` }
    },
    async replace(file) {
      mishaps.before()
      replaced.set(file.name, file)
      mishaps.after()
      return { location: `/actes/${file.name}` }
    },
  }
  return { ged, mishaps, deposits, replaced }
}

export const fakeSeda = () => {
  const mishaps = new Mishaps()
  const seda: Seda = {
    async generate(_contents, _evidence, transferId) {
      mishaps.before()
      return {
        transferId,
        agency: 'FRAD000_ville',
        bordereau: fileNamed('bordereau.xml'),
        archive: fileNamed('archive.tar.gz'),
      }
    },
  }
  return { seda, mishaps }
}

export const fakeSae = () => {
  const mishaps = new Mishaps()
  const transfers = new Map<string, { acknowledged: boolean; reply: SaeReply }>()
  const sae: Sae = {
    async send({ transferId }) {
      mishaps.before()
      if (transfers.has(transferId)) return { is: 'refused', reason: `Le transfert ${transferId} existe déjà` }
      transfers.set(transferId, { acknowledged: false, reply: { is: 'pending', message: 'En attente de validation' } })
      mishaps.after()
      return { is: 'sent' }
    },
    async acknowledgement({ transferId }) {
      mishaps.before()
      const transfer = transfers.get(transferId)
      if (!transfer) return { is: 'unknown' }
      return transfer.acknowledged
        ? { is: 'acknowledged', ack: fileNamed('ack.xml') }
        : { is: 'pending', message: 'Transfert en cours de traitement' }
    },
    async reply({ transferId }) {
      mishaps.before()
      return transfers.get(transferId)?.reply ?? { is: 'pending', message: 'Transfert inconnu' }
    },
  }
  const each = (change: (transfer: { acknowledged: boolean; reply: SaeReply }) => void) => {
    for (const transfer of transfers.values()) change(transfer)
  }
  return {
    sae,
    mishaps,
    transfers,
    acknowledge: () => each(transfer => (transfer.acknowledged = true)),
    accept: () =>
      each(transfer => {
        transfer.acknowledged = true
        if (transfer.reply.is === 'pending')
          transfer.reply = { is: 'accepted', reply: fileNamed('atr.xml'), archiveId: 'FRAD000_2026_1' }
      }),
    refuse: (code: string, comment: string) =>
      each(transfer => {
        transfer.acknowledged = true
        if (transfer.reply.is === 'pending')
          transfer.reply = { is: 'refused', reply: fileNamed('atr.xml'), code, comment }
      }),
  }
}

/** One fake of each family, and the capabilities as a hub wants them. */
/** A relay that keeps what leaves; who reads is told to the document itself, by the signal of its step. */
export const fakeMailsec = () => {
  const mishaps = new Mishaps()
  const mails: MailAEnvoyer[] = []
  const mailsec: Mailsec = {
    async send(mail) {
      mishaps.before()
      mails.push(mail)
      mishaps.after()
      return { is: 'sent', messageId: mail.key }
    },
  }
  return { mailsec, mishaps, mails }
}

export const fakeTown = () => {
  const parapheur = fakeSignature()
  const tdt = fakeTdtActes()
  const helios = fakeTdtHelios()
  const ged = fakeGed()
  const seda = fakeSeda()
  const sae = fakeSae()
  const courrier = fakeMailsec()
  return {
    parapheur,
    tdt,
    helios,
    ged,
    seda,
    sae,
    courrier,
    capabilities: {
      signature: parapheur.signature,
      tdtActes: tdt.tdtActes,
      tdtHelios: helios.tdtHelios,
      ged: ged.ged,
      seda: seda.seda,
      sae: sae.sae,
      mailsec: courrier.mailsec,
    },
  }
}
