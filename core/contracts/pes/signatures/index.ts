export { signaturesSummary, type SignaturesState } from './summary.ts'
export { signersFields, signersOf, type SignersTrust } from './trust.ts'
export {
  LARGEST_WHOLE,
  verifyPesSignatures,
  type PesVerification,
  type SignatureVerdict,
  type VerifiedBordereau,
  type VerifiedSignature,
} from './verify.ts'
