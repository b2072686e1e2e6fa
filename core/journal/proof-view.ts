import type { JournalProof } from './proof.ts'

/** How to verify a proof with OpenSSL and nothing of ours. */
const HOW_TO: readonly string[] = [
  'Enregistrez line.text tel quel (UTF-8, sans retour à la ligne final) : son empreinte SHA-256 est line.hash.',
  'Partez de SHA-256(octet 00 suivi des 32 octets de line.hash). Pour chaque étape de path, calculez SHA-256(octet 01, gauche, droite), où hash est à gauche si side vaut « left », à droite sinon : la dernière empreinte est block.hash.',
  'block.text contient cette racine (root) et les numéros de la première et de la dernière ligne : enregistrez-le tel quel dans bloc.json, et block.token décodé (base64) dans jeton.der.',
  "openssl ts -verify -token_in -in jeton.der -data bloc.json -CAfile autorite.pem, où autorite.pem est le certificat de l'autorité d'horodatage : « Verification: OK ».",
]

/** A proof as it is handed out: by the native API, and by whatever shows the journal in another shape. */
export const proofView = ({ line, text, path, block, blockText }: JournalProof) => ({
  line: { seq: line.seq, text, hash: line.hash },
  path,
  block: {
    first: block.first,
    last: block.last,
    hash: block.root,
    text: blockText,
    stampedAt: block.stampedAt.toISOString(),
    authority: block.authority,
    token: block.token.toString('base64'),
  },
  howTo: HOW_TO,
})
