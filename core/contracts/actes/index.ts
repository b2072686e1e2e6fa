export { readActesClassification, type ActesClassification } from './classification.ts'
export { acteFault } from './faults.ts'
export {
  ACTES_NAMESPACE,
  cancellationMessage,
  decodeActesMessage,
  readActesAnomaly,
  readActesReceipt,
  transmissionMessage,
} from './messages.ts'
export {
  acteIdentifier,
  messageFileName,
  NATURE_CODES,
  numberInIdentifier,
  pieceFileNames,
  type ActesAuthority,
} from './names.ts'
