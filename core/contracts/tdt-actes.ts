import type { Choice, FileRef } from '../authoring/values.ts'

/** `CodeNatureActe` of the ACTES schema (formats/actes.md §2). */
export type NatureActe = '1' | '2' | '3' | '4' | '5' | '6'

export interface TypedPiece {
  readonly file: FileRef
  /** Typology code (`99_DE`…), taken from the classification of the day. */
  readonly type: string
}

/** An acte on its way to the légalité control. */
export interface ActeATransmettre {
  readonly key: string
  readonly nature: NatureActe
  readonly numero: string
  readonly objet: string
  /** Day of the decision, `YYYY-MM-DD`. */
  readonly date: string
  /** Dotted code of the matter, `1.1` or deeper. */
  readonly classification: string
  readonly papier: boolean
  readonly acte: TypedPiece
  readonly annexes: readonly TypedPiece[]
}

export type ActeSending =
  | { readonly is: 'sent'; readonly id: string }
  /** Deposited, but an agent must confirm the transmission with his own certificate, at this address. */
  | { readonly is: 'toConfirm'; readonly id: string; readonly url: string }
  | { readonly is: 'refused'; readonly reason: string }

export type ActeStatus =
  | { readonly is: 'pending'; readonly message: string }
  | { readonly is: 'toConfirm'; readonly message: string }
  | {
      readonly is: 'acknowledged'
      /** The ARActe XML. */
      readonly ar: FileRef
      /** `IDActe`: `DEP-SIREN-YYYYMMDD-NUMERO-NATURE`. */
      readonly acteId: string
      /** Day of reception by the préfecture, `YYYY-MM-DD`. */
      readonly receivedOn: string
    }
  | { readonly is: 'refused'; readonly reason: string }

export interface StampedPieces {
  readonly acte?: FileRef | undefined
  /** Same order as the annexes sent; `undefined` where the TdT stamps nothing. */
  readonly annexes: readonly (FileRef | undefined)[]
  readonly bordereau?: FileRef | undefined
}

export type CancellationStatus =
  | { readonly is: 'pending'; readonly message: string }
  | { readonly is: 'cancelled'; readonly ar: FileRef; readonly receivedOn: string }
  | { readonly is: 'refused'; readonly reason: string }

/** A trusted third party that transmits actes to the préfecture (TdT, family ACTES). */
export interface TdtActes {
  /** Tree of matters of the classification held by the instance, leaves and nodes from the second level selectable. */
  classification(): Promise<readonly Choice[]>
  /** Typologies allowed for a nature, `99_*` first. */
  typologies(by: { readonly nature: string }): Promise<readonly Choice[]>
  send(acte: ActeATransmettre): Promise<ActeSending>
  /** The transaction of this acte if the TdT holds one (search by number, date and subject). */
  find(acte: Pick<ActeATransmettre, 'numero' | 'date' | 'objet' | 'key'>): Promise<string | undefined>
  status(id: string): Promise<ActeStatus>
  /** Stamped copies and slip. `annexes` are those that were sent; `postedOn` (`YYYY-MM-DD`) is printed in the stamp. */
  stamped(
    id: string,
    pieces: { readonly acte: FileRef; readonly annexes: readonly FileRef[]; readonly postedOn?: string | undefined },
  ): Promise<StampedPieces>
  /** Asks the préfecture to cancel an acknowledged acte. */
  cancel(
    id: string,
  ): Promise<{ readonly is: 'sent'; readonly id: string } | { readonly is: 'refused'; readonly reason: string }>
  /** The cancellation already asked for this transaction, if any. */
  findCancellation(id: string): Promise<string | undefined>
  cancellationStatus(cancellationId: string): Promise<CancellationStatus>
}
