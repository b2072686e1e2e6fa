/** RFC 3161: asking, answering and verifying. Loaded when first needed: the ASN.1 libraries weigh. */
export { digestNamed, type ImprintAlgorithm } from './der.ts'
export { isSoundImprint, readRequest, requestFor, writeRequest, type StampRequest } from './request.ts'
export { readResponse, writeResponse, type FailureName, type StampAnswer } from './response.ts'
export { issueToken, stampSigner, type StampSigner } from './sign.ts'
export { assertAnswers, assertStamps, verifyToken, type VerifiedToken } from './token.ts'
export { certificateFrom, chainFault, holderOf, usageFault } from './certificates.ts'
