import { TemporaryError, type Files, type LetterAnswer, type LetterKind, type PrefectureAnswers } from '#core'
import { reasonOf, type TransactionState } from './messages.ts'
import { pieceParts } from './pieces.ts'
import type { S2lowWire } from './wire.ts'

const KINDS: Readonly<Record<LetterKind, string>> = {
  '2': 'courrier_simple',
  '3': 'demande_piece_complementaire',
  '4': 'lettre_observation',
  '5': 'defere_tribunal_administratif',
}
/** `type_envoie`. */
const REFUSAL = '3'
const SENDING = '4'

/** What makes no sense for a letter of this kind; `undefined` when the answer may leave. */
const faultOf = ({ kind, refusal, annexes }: LetterAnswer): string | undefined => {
  if (kind === '5')
    return "On ne répond pas à un déféré par la télétransmission : l'affaire se traite devant le tribunal administratif."
  if (refusal && kind === '2') return 'Un courrier simple ne se refuse pas : décochez « refus » ou rédigez une réponse.'
  if (annexes.length > 0 && (refusal || kind !== '3'))
    return 'Seule la réponse à une demande de pièces complémentaires porte des annexes : retirez-les.'
  return undefined
}

/** Answers to the letters of the préfecture (reference §4.7). */
export const s2lowAnswers = (
  wire: S2lowWire,
  { files, stateOf }: { readonly files: Files; stateOf(id: string): Promise<TransactionState> },
): PrefectureAnswers => ({
  async send(answer) {
    const fault = faultOf(answer)
    if (fault) return { is: 'refused', reason: fault }
    const texts = { id: answer.letterId, api: '1', type_envoie: answer.refusal ? REFUSAL : SENDING }
    const sent = await wire.post(
      '/modules/actes/actes_transac_reponse_create.php',
      [
        ...Object.entries({ ...texts, type_acte: answer.piece.type }).map(([name, value]) => ({ name, value })),
        ...pieceParts(answer.piece, answer.annexes),
      ],
      { api: 1 },
    )
    if (sent.is === 'ko') return { is: 'refused', reason: `S²LOW refuse la réponse : ${sent.reason}` }
    const id = sent.lines.find(line => /^\d+$/u.test(line))
    if (id) return { is: 'sent', id }
    throw new TemporaryError("S²LOW a accepté la réponse sans donner de numéro. Vérifiez sur S²LOW qu'elle y est.", {
      maybeSent: true,
    })
  },

  async status(answerId, { kind, numero }) {
    const { code, rest } = await stateOf(answerId)
    if (code === -1) return { is: 'refused', reason: reasonOf(rest, 'Réponse en erreur sur S²LOW, sans motif.') }
    if (code === 6) return { is: 'refused', reason: reasonOf(rest, 'Réponse refusée par la préfecture.') }
    if (kind === '2' || kind === '5')
      return { is: 'final', message: "Réponse envoyée ; la préfecture n'accuse pas réception des courriers simples" }
    if (code !== 4) return { is: 'pending', message: "Réponse envoyée, en attente de l'accusé de réception" }
    if (!Buffer.from(rest).toString('latin1').trimStart().startsWith('<'))
      throw new TemporaryError("L'accusé de réception de la réponse est illisible. Un nouvel essai aura lieu.")
    return { is: 'acknowledged', ar: await files.save(rest, `${numero}-ar-${KINDS[kind]}.xml`) }
  },
})
