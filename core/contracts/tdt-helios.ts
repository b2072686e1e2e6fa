import type { FileRef } from '../authoring/values.ts'
import type { Acquit } from './pes/acquit.ts'
import type { SignersTrust } from './pes/signatures/trust.ts'

/** A PES_Aller on its way to the treasury. */
export interface PesATransmettre {
  readonly key: string
  /** The PES, byte for byte: it may be signed. What a platform wants to know of it is read from its stream (`readPesAller`). */
  readonly pes: FileRef
}

export type PesSending =
  | { readonly is: 'sent'; readonly id: string }
  /** `duplicate`: the platform holds this PES already and does not say under which identifier. */
  | { readonly is: 'refused'; readonly reason: string; readonly duplicate?: boolean | undefined }

export type PesStatus =
  | { readonly is: 'pending'; readonly message: string }
  /** The treasury answered: the PES_ACQUIT (which may refuse some bordereaux) or PES_NonAcquit as it came, and what it says. */
  | { readonly is: 'answered'; readonly acquit: FileRef; readonly reading: Acquit }
  /** The platform gave up before the treasury saw it. */
  | { readonly is: 'refused'; readonly reason: string }

/**
 * A trusted third party that transmits accounting flows to the treasury (TdT, family HELIOS). No platform known to us can look a PES
 * up by its name: a sending whose answer was lost is for an agent to settle (`afterCrash: 'askAgent'`).
 */
export interface TdtHelios {
  send(pes: PesATransmettre): Promise<PesSending>
  /** Files named in the answer are already in the store. `name` is the one of the PES sent: the acquit is `<name without extension>_ACK.xml`. */
  status(id: string, name: string): Promise<PesStatus>
  /** Whom the administrator of this account trusts to certify those who sign; left out, nobody is judged. */
  readonly signers?: SignersTrust
}
