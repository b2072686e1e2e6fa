export { fastCertificateSentence } from './check.ts'
export { fastClient, fastFailure, type FastAccess } from './client.ts'
export {
  DOCUMENTS_PATH,
  fastDocuments,
  noSuchDocument,
  uploadFault,
  type FastCircuit,
  type FastDocuments,
  type FastUpload,
} from './documents.ts'
export { fastFields } from './fields.ts'
export { dayOf, eventSentence, fastHistoryXml, labelSet, type FastEvent } from './history.ts'
export { fastService, type FastAnswer, type FastService } from './service.ts'
