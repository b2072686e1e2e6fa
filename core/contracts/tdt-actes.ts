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

/** 2 simple letter, 3 request for pieces, 4 letter of observations, 5 déféré to the administrative court. */
export type LetterKind = '2' | '3' | '4' | '5'

/** What an authority answers to a letter of the préfecture. */
export interface LetterAnswer {
  readonly key: string
  readonly kind: LetterKind
  /** Transaction of the letter. */
  readonly letterId: string
  /** The authority refuses to give the pieces, or to follow the observations; `piece` says why. */
  readonly refusal: boolean
  readonly piece: TypedPiece
  /** Only for a request for pieces that is not refused. */
  readonly annexes: readonly TypedPiece[]
}

export type LetterAnswerStatus =
  | { readonly is: 'pending'; readonly message: string }
  | { readonly is: 'acknowledged'; readonly ar: FileRef }
  /** Sent, and the préfecture acknowledges no such answer (simple letters). */
  | { readonly is: 'final'; readonly message: string }
  | { readonly is: 'refused'; readonly reason: string }

/** The answers to the letters of the préfecture. */
export interface PrefectureAnswers {
  /** No platform known to us finds an answer again: one whose outcome is lost is for an agent to settle (`afterCrash: 'askAgent'`). */
  send(
    answer: LetterAnswer,
  ): Promise<{ readonly is: 'sent'; readonly id: string } | { readonly is: 'refused'; readonly reason: string }>
  /** `numero` names the acknowledgement: `<numero>-ar-<kind in words>.xml`. */
  status(answerId: string, letter: { readonly kind: LetterKind; readonly numero: string }): Promise<LetterAnswerStatus>
}

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
  /** Absent where the platform does not carry them. */
  readonly answers?: PrefectureAnswers
  /**
   * Where an agent confirms with a certificate of their own the transactions that are `toConfirm`, several at once if need be. The
   * address may identify the account for one visit: send the browser there at once, keep it nowhere.
   * @param returnTo where the platform sends the browser back
   */
  confirmationUrl?(ids: readonly string[], returnTo?: string): Promise<string>
}
