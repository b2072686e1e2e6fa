import type { Files } from '../../authoring/context.ts'
import type { FileRef } from '../../authoring/values.ts'
import { at } from '../../connectors/xml-element.ts'
import type { SoapMessage } from '../soap/read.ts'
import type { FastEvent } from './history.ts'
import { simElement, type SimAnswer, type SimOperation } from './simulator-soap.ts'

export const SIM_DOCUMENTS_NAMESPACE = 'http://service.documents.fast.demonstration/'

/** A document in the simulated FAST. */
export interface SimDocument {
  readonly id: string
  readonly circuit: string
  readonly label: string
  readonly comment: string
  readonly filename: string
  readonly file: FileRef
  readonly events: FastEvent[]
  /** What `download` gives; the file as it came until somebody signs. */
  result: FileRef
  /** What `getFdc` gives. */
  slip: FileRef | undefined
  /** What `downloadAcknowledgement` gives. */
  acknowledgement: FileRef | undefined
}

export interface SimDocumentsOptions {
  readonly files: Files
  readonly siren: string
  readonly circuits: Readonly<Record<string, string>>
  /** Why a document is not taken, as the text of a fault. */
  readonly refuse?: (sent: { readonly file: FileRef; readonly filename: string }) => Promise<string | undefined>
}

const valueOf = ({ body }: SoapMessage, ...path: readonly string[]): string => at(body, ...path)?.text ?? ''

const returned = (file: FileRef): SimAnswer => [
  '<return><content>',
  { binary: file, type: file.type },
  '</content></return>',
]

/** The service `Documents` of FAST: circuits, documents that advance, acknowledgements. */
export const simDocuments = ({ files, siren, circuits, refuse }: SimDocumentsOptions) => {
  const documents: SimDocument[] = []
  /** Acknowledgements already downloaded are no longer listed, and can still be downloaded. */
  const downloaded = new Set<string>()
  let lastId = 41_000

  const push = (document: SimDocument, state: string, user = ''): void =>
    void document.events.push({ date: new Date().toISOString(), state, user })

  const add = (sent: Pick<SimDocument, 'circuit' | 'label' | 'comment' | 'filename' | 'file'>): SimDocument => {
    const document: SimDocument = {
      ...sent,
      id: String((lastId += 1)),
      events: [],
      result: sent.file,
      slip: undefined,
      acknowledgement: undefined,
    }
    documents.push(document)
    push(document, 'Préparé', 'Passeur')
    return document
  }

  const onDocument =
    (work: (document: SimDocument) => SimAnswer): SimOperation =>
    message => {
      const document = documents.find(({ id }) => id === valueOf(message, 'documentId'))
      return document ? work(document) : { fault: `Document ${valueOf(message, 'documentId')} inconnu` }
    }

  const forSubscriber =
    (name: string, work: SimOperation): SimOperation =>
    message =>
      valueOf(message, name) === siren ? work(message) : { fault: `Abonné ${valueOf(message, name)} non autorisé` }

  const operations: Readonly<Record<string, SimOperation>> = {
    getCircuits: forSubscriber('siren', () =>
      Object.entries(circuits).map(
        ([id, name]) => `<return>${simElement('circuitId', id)}${simElement('circuitName', name)}</return>`,
      ),
    ),
    upload: forSubscriber('subscriberId', async message => {
      const circuit = valueOf(message, 'circuitId')
      const filename = valueOf(message, 'dataFileVO', 'filename')
      const content = message.fileOf(at(message.body, 'dataFileVO', 'dataHandler'))
      if (!Object.hasOwn(circuits, circuit)) return { fault: `Circuit ${circuit} invalide` }
      if (!content || !filename) return { fault: 'Le fichier est vide' }
      const file = { ...content, name: filename }
      const fault = await refuse?.({ file, filename })
      if (fault !== undefined) return { fault }
      const { id } = add({
        circuit,
        label: valueOf(message, 'label'),
        comment: valueOf(message, 'comment'),
        filename,
        file,
      })
      return [simElement('return', id)]
    }),
    history: onDocument(({ events }) =>
      events.map(
        ({ date, state, user }) =>
          `<return>${simElement('date', date)}${simElement('stateName', state)}${user && simElement('userFullname', user)}</return>`,
      ),
    ),
    download: onDocument(({ result }) => returned(result)),
    getFdc: onDocument(({ slip }) => (slip ? returned(slip) : { fault: 'Fiche de circulation indisponible' })),
    delete: onDocument(document => {
      documents.splice(documents.indexOf(document), 1)
      return []
    }),
    listRemainingAcknowledgements: forSubscriber('siren', () =>
      documents
        .filter(({ id, acknowledgement }) => acknowledgement && !downloaded.has(id))
        .map(({ id }) => simElement('return', id)),
    ),
    downloadAcknowledgement: onDocument(({ id, acknowledgement }) => {
      if (!acknowledgement) return { fault: 'Aucun acquittement pour ce document pour le moment' }
      downloaded.add(id)
      return returned(acknowledgement)
    }),
  }

  return {
    documents,
    service: { namespace: SIM_DOCUMENTS_NAMESPACE, operations },
    add,
    push,
    /** The one of this identifier, or the last one. */
    chosen(id: string | undefined): SimDocument {
      const found = id === undefined ? documents.at(-1) : documents.find(each => each.id === id)
      if (!found) throw new Error(`No document ${id ?? 'at all'} in the simulator.`)
      return found
    },
    save: (content: Uint8Array, name: string): Promise<FileRef> => files.save(content, name),
  }
}
