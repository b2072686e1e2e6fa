import type { PesVerification, VerifiedBordereau, VerifiedSignature } from './verify.ts'

/** What the signatures of a PES are worth, all together. */
export type SignaturesState = 'absente' | 'valide' | 'partielle' | 'invalide'

/** Lines told: beyond, nobody reads them. */
const MOST_LINES = 30

const bordereauName = ({ id, exercice }: VerifiedBordereau): string =>
  `Bordereau ${id || 'sans numéro'}${exercice ? ` de ${exercice}` : ''}`

const nameOf = ({ target }: VerifiedSignature, { bordereaux }: PesVerification): string => {
  const bordereau = target === '' ? undefined : bordereaux.find(({ xmlId }) => xmlId === target)
  return bordereau ? bordereauName(bordereau) : 'Fichier'
}

const stateOf = (signatures: readonly VerifiedSignature[], unsigned: number): SignaturesState => {
  if (signatures.length === 0) return 'absente'
  if (signatures.some(({ verdict }) => verdict !== 'valide')) return 'invalide'
  return unsigned > 0 ? 'partielle' : 'valide'
}

const headline = (state: SignaturesState, all: number, wrong: number, unsigned: number): string => {
  const count = `${all} signature${all > 1 ? 's' : ''}`
  switch (state) {
    case 'absente':
      return "Ce PES n'est pas signé."
    case 'valide':
      return `${count}, ${all > 1 ? 'toutes valides' : 'valide'}.`
    case 'partielle':
      return `${count}, ${all > 1 ? 'valides' : 'valide'} ; ${unsigned} bordereau${unsigned > 1 ? 'x' : ''} non signé${unsigned > 1 ? 's' : ''}.`
    case 'invalide':
      return `${wrong} signature${wrong > 1 ? 's' : ''} à revoir sur ${all}.`
  }
}

/** The verification in French: a first line that says all, then one per signature and per bordereau left unsigned. */
export const signaturesSummary = (
  verification: PesVerification,
): { readonly state: SignaturesState; readonly text: string } => {
  const { signatures, signatureCount, bordereaux } = verification
  const unsigned = signatureCount === 0 ? [] : bordereaux.filter(({ verdict }) => verdict === 'absente')
  const wrong = signatures.filter(({ verdict }) => verdict !== 'valide')
  const state = stateOf(signatures, unsigned.length)
  // What needs somebody's eyes comes first.
  const lines = [
    ...[...wrong, ...signatures.filter(({ verdict }) => verdict === 'valide')].map(
      signature => `- ${nameOf(signature, verification)} : ${signature.sentence}`,
    ),
    ...unsigned.map(bordereau => `- ${bordereauName(bordereau)} : non signé.`),
  ]
  const unread = signatureCount - signatures.length
  return {
    state,
    text: [
      headline(state, signatures.length, wrong.length, unsigned.length),
      ...lines.slice(0, MOST_LINES),
      ...(lines.length > MOST_LINES ? [`… et ${lines.length - MOST_LINES} autres.`] : []),
      ...(unread > 0 ? [`${unread} autres signatures ne sont pas vérifiées ici.`] : []),
    ].join('\n'),
  }
}
