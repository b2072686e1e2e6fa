export {
  simDocuments,
  SIM_DOCUMENTS_NAMESPACE,
  type SimDocument,
  type SimDocumentsOptions,
} from './simulator-documents.ts'
export { simElement, simSoap, type SimAnswer, type SimOperation } from './simulator-soap.ts'
export { simIdentity } from './simulator-identity.ts'
