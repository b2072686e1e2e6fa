import { PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import { at, childrenOf, type XmlElement } from '../../connectors/xml-element.ts'
import { xmlText, type SoapPart } from '../soap/envelope.ts'
import { inOrder, type FastEvent } from './history.ts'
import type { FastAnswer, FastService } from './service.ts'

export const DOCUMENTS_PATH = '/parapheur-soap/soap/v1/Documents'

export interface FastCircuit {
  readonly id: string
  readonly name: string
}

export interface FastUpload {
  readonly circuit: string
  readonly label: string
  readonly comment: string
  readonly file: FileRef
  readonly filename: string
}

const element = (name: string, value: string): string => `<${name}>${xmlText(value)}</${name}>`
const value = (parent: XmlElement | undefined, name: string): string => at(parent, name)?.text ?? ''

/** [A] The words of FAST for a document that it does not hold are not known. */
const saysUnknown = (reason: string): boolean =>
  /inconnu|inexistant|introuvable|n['’]existe pas|aucun document|not found|does not exist|unknown/iu.test(reason)

const temporary = (reason: string, maybeSent = false): Error =>
  new TemporaryError(`FAST est en erreur : ${reason}. Un nouvel essai aura lieu.`, { maybeSent })

/** A document that FAST does not hold, or no longer. */
export const noSuchDocument = (id: string): Error =>
  new PermanentError(
    `FAST ne connaît pas le document ${id} : il y a sans doute été supprimé. Vérifiez sur FAST avant de l'envoyer à nouveau.`,
  )

/** The service `Documents` of FAST-Parapheur, which also carries accounting flows (reference §A.3 and §B.2). */
export const fastDocuments = (service: FastService, siren: string) => {
  /** `undefined` when FAST does not know the document. */
  const about = async (operation: string, id: string): Promise<Extract<FastAnswer, { is: 'answer' }> | undefined> => {
    const answer = await service.ask(operation, [element('documentId', id)])
    if (answer.is === 'answer') return answer
    if (saysUnknown(answer.reason)) return undefined
    throw temporary(answer.reason)
  }

  const list = async (operation: string): Promise<readonly XmlElement[]> => {
    const answer = await service.ask(operation, [element('siren', siren)])
    if (answer.is === 'fault') throw temporary(answer.reason)
    return childrenOf(answer.body, 'return')
  }

  const content =
    (operation: string) =>
    async (id: string, name: string): Promise<FileRef> => {
      const answer = await about(operation, id)
      if (!answer) throw noSuchDocument(id)
      const file = answer.fileOf(at(answer.body, 'return', 'content'))
      if (!file) throw new TemporaryError(`FAST a rendu le document ${id} sans contenu. Il sera demandé à nouveau.`)
      return { ...file, name }
    }

  return {
    circuits: async (): Promise<readonly FastCircuit[]> =>
      (await list('getCircuits')).map(each => ({ id: value(each, 'circuitId'), name: value(each, 'circuitName') })),

    /** @throws TemporaryError `maybeSent` when the outcome is not known */
    async upload(
      sent: FastUpload,
    ): Promise<{ readonly is: 'sent'; readonly id: string } | { readonly is: 'fault'; readonly reason: string }> {
      const parts: readonly SoapPart[] = [
        element('subscriberId', siren),
        element('circuitId', sent.circuit),
        element('label', sent.label),
        element('comment', sent.comment),
        `<dataFileVO>${element('filename', sent.filename)}<dataHandler>`,
        { binary: sent.file, type: sent.file.type },
        '</dataHandler></dataFileVO>',
      ]
      const answer = await service.tell('upload', parts)
      if (answer.is === 'fault') return answer
      const id = at(answer.body, 'return')?.text ?? ''
      if (id !== '') return { is: 'sent', id }
      throw new TemporaryError('FAST a répondu à l’envoi sans donner d’identifiant. Cherchez le document sur FAST.', {
        maybeSent: true,
      })
    },

    /** Oldest line first; `undefined` when FAST does not know the document. */
    async history(id: string): Promise<readonly FastEvent[] | undefined> {
      const answer = await about('history', id)
      return (
        answer &&
        inOrder(
          childrenOf(answer.body, 'return').map(line => ({
            date: value(line, 'date'),
            state: value(line, 'stateName'),
            user: value(line, 'userFullname'),
          })),
        )
      )
    },

    download: content('download'),
    /** The sheet of circulation, PDF. */
    slip: content('getFdc'),
    acknowledgement: content('downloadAcknowledgement'),
    acknowledgements: async (): Promise<readonly string[]> =>
      (await list('listRemainingAcknowledgements')).map(({ text }) => text),

    /** An unknown document is a success. */
    async remove(id: string): Promise<void> {
      const answer = await service.tell('delete', [element('documentId', id)])
      if (answer.is === 'fault' && !saysUnknown(answer.reason)) throw temporary(answer.reason)
    },
  }
}

export type FastDocuments = ReturnType<typeof fastDocuments>

/** The outcome of an upload that ended in a fault is not known: it may come after the acceptance. */
export const uploadFault = (reason: string): Error => temporary(reason, true)
