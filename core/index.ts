/**
 * `#core`: everything a plugin or a connector may use, and the only thing of the hub that it imports. Simulators and test
 * helpers are in `#core/testing`, conformance suites in `#core/conformance`.
 */
export * from './authoring/conditions.ts'
export * from './authoring/connectors.ts'
export type * from './authoring/context.ts'
export type * from './authoring/desk.ts'
export * from './authoring/days.ts'
export { relativeDay } from './authoring/relative-days.ts'
export * from './authoring/durations.ts'
export * from './authoring/errors.ts'
export * from './authoring/fields.ts'
export { jsonValuesIn } from './authoring/json-values.ts'
export * from './authoring/flows.ts'
export * from './authoring/plugins.ts'
export type * from './authoring/relations.ts'
export * from './authoring/schema.ts'
export * from './authoring/shared-names.ts'
export * from './authoring/steps.ts'
export * from './authoring/values.ts'
export type * from './contracts/index.ts'
export { ATTENDANCES } from './contracts/convocation.ts'
export type * from './connectors/http.ts'
export { displayOf } from './engine/values.ts'
export { toLatin1 } from './connectors/http-client-body.ts'
export { readClientCertificate, type ClientCertificate } from './connectors/http-client-tls.ts'
export { at, childrenOf, parseXml, type XmlElement } from './connectors/xml-element.ts'
export { gleanerConnector, type GleanerFields } from './contracts/gleaner/connector.ts'
export { depositConnector, type DepositFields } from './contracts/deposit/connector.ts'
export { fieldNamed, filesIn, renderExpression, textOf, type ChoiceReading } from './contracts/expressions.ts'
export { FileMissingError, FileTooLargeError, readableSize } from './files/errors.ts'
export { cleanName, distinctNames, splitName } from './files/names.ts'
export { zipOf, type ZipEntry } from './files/zip.ts'
export { tarGz, type ArchiveEntry, type DigestAlgorithm } from './contracts/sip/archive.ts'
export { checkSip, type SipCheck } from './contracts/sip/check.ts'
export { sedaSchema } from './contracts/sip/schema.ts'
export { readSlip, type SedaVersion, type Slip } from './contracts/sip/slip.ts'
export { headed, nothing, route, sse, stream, type Route } from './http/route.ts'
export type { StoredFiles } from './files/files.ts'
export type { Services } from './http/services.ts'
export type { Mount, MountAnswer, MountRequest } from './http/mounts.ts'
export { define, errors } from './errors.ts'
export { ofSize, sayingErrors, watched } from './volumes/content.ts'
export { openTraced } from './volumes/traced.ts'
export { sftpFields, sftpVolume } from './volumes/sftp/settings.ts'
export { ftpFields, ftpVolume } from './volumes/ftp/settings.ts'
export { localVolume } from './volumes/local/volume.ts'
export { goneSince, type Volume, type VolumeEntry } from './volumes/volume.ts'
export {
  MOST_VALUES,
  pesExtraction,
  readPesAller,
  type PesAller,
  type PesBordereau,
  type PesDomain,
} from './contracts/pes/aller.ts'
export {
  acquitSentence,
  readAcquit,
  type Acquit,
  type AcquitElement,
  type AcquitError,
  type AcquitOutcome,
} from './contracts/pes/acquit.ts'
export { pesFaults } from './contracts/pes/faults.ts'
export { readRetour, type PesRetour } from './contracts/pes/retour.ts'
export * from './contracts/pes/signatures/index.ts'
export { acquitRefusals, refusalSentence, type PesRefusal } from './contracts/pes/refusals.ts'
export { soapBody, xmlText, type SoapBinary, type SoapPart, type SoapTransport } from './remotes/soap/envelope.ts'
export { faultIn, readSoap, type SoapMessage, type SoapReading } from './remotes/soap/read.ts'
export { SoapUnreadable } from './remotes/soap/unreadable.ts'
export { streamXml, type XmlListener } from './contracts/pes/xml-stream.ts'
export { UnreadableXml } from './contracts/pes/xml-stream.ts'
export { rfc3161 } from './contracts/rfc3161/load.ts'
export { readAuthorities, secureContext } from './connectors/http-client-tls.ts'
export { isForbidden } from './connectors/address-guard.ts'
export { webdavFields, webdavVolume } from './volumes/webdav/settings.ts'
export * from './contracts/factures/index.ts'
export * from './remotes/chorus/index.ts'
// Who may do what: for the plugins that bring an API of their own.
export type { Caller } from './access/caller.ts'
export { may, rightsAnywhere, rightsOf, spelledOut, type Rights } from './access/rights.ts'
export * from './access/roles.ts'
export { giveRole, takeRole } from './access/role-changes.ts'
export { createToken, callerOfToken, deleteToken, renewToken, tokensOf, type NewToken } from './access/tokens.ts'
export * from './access/users.ts'
export type { ApiTokenModel, UserModel, UserRoleModel } from './access/model.ts'
export { createEntity, deleteEntity, getEntity, moveEntity, sirenOf, updateEntity } from './entities/entities.ts'
export { EntityModel, lineOf, ROOT } from './entities/model.ts'
export { visibleEntities } from './entities/scope.ts'
export { inTransaction } from './db/unit-of-work.ts'
export { Problem } from './errors.ts'
export { TemplateError } from './expressions/fault.ts'
export { checkTemplate, evaluateTemplate, renderTemplate, type TemplateOptions } from './expressions/template.ts'
export type { FailureName } from './contracts/rfc3161/response.ts'
export { s3Fields, s3Volume } from './volumes/s3/settings.ts'
export { certificateFault } from './connectors/certificate-fault.ts'
export { networkCause } from './connectors/network-causes.ts'
export { isSlipEntry, MAIN_ENTRIES, PREMIS_ENTRY, unpackParapheurArchive } from './remotes/parapheur-v5/archive.ts'
export {
  PREMIS_PROPERTY,
  readPremis,
  writePremis,
  type Premis,
  type PremisEvent,
  type PremisFile,
} from './remotes/parapheur-v5/premis.ts'
export {
  parapheurFailure,
  parapheurMessage,
  parapheurSession,
  type ParapheurAccount,
  type ParapheurNamed,
  type ParapheurPage,
  type ParapheurSession,
} from './remotes/parapheur-v5/session.ts'
export { base64Decoder } from './remotes/soap/base64.ts'
export {
  acknowledges,
  meaningOf,
  readSaeMessage,
  type ReplyMeaning,
  type SaeMessage,
} from './contracts/sip/messages.ts'
export { depositFiles, wasDeposited } from './contracts/deposit/files.ts'
export * from './remotes/fast/index.ts'
export { unzip, type Gathered } from './contracts/gleaner/unzip.ts'
export { Html, html, type Markup } from './http/html.ts'
export * as viewParts from './http/view-parts.ts'
export { eachPj, openPj, PJ_CONTENT, pjListener, type PesPj } from './contracts/pes/pjs.ts'
export { SIGNATURE, signatureListener, type PesSignature } from './contracts/pes/signatures.ts'
export { textTap, type TextTap } from './contracts/pes/text-tap.ts'
export type { FileViewer, View, ViewRequest } from './authoring/viewers.ts'
export { unzipWhole } from './contracts/gleaner/unzip.ts'
// Documents as an API of another shape shows them (plugins/pastell).
export { newShortDocumentId } from './documents/ids.ts'
export { ranksOf } from './documents/ranks.ts'
export type { DocumentSearch, FoundDocument, StateWanted } from './documents/search.ts'
export { offers, type Offer } from './engine/availability.ts'
export { editableFields, piecesOf, problems as formProblems, type Problem as FormProblem } from './engine/form.ts'
export { filesHeld, isEmpty } from './engine/inputs.ts'
export { ABANDONED, DONE, DRAFT } from './engine/model.ts'
export type {
  CompiledField,
  CompiledFlow,
  CompiledState,
  CompiledStep,
  CompiledTask,
  Document,
} from './engine/model.ts'
export type { FlowRegistry } from './flows/registry.ts'
export type { StudioFlow } from './flows/studio/format.ts'
export { checkFlow } from './flows/studio/check.ts'
export type { Studio } from './flows/studio/service.ts'
export { withoutDelimiters } from './contracts/regular-expressions.ts'
export { AccountDisabled } from './access/account-disabled.ts'
export { callerOfCertificate, certificateDigest, readCertificate } from './access/certificates.ts'
export { applySettings, missingSettings } from './connectors/settings.ts'
export { administer, saidOfAccount, saidOfEntity } from './journal/administration.ts'
export { checkSecondProof, presentedCertificate } from './http/client-certificate.ts'
export { holderOf } from './entities/entities.ts'
export type { EntityKind } from './entities/model.ts'
export { isSiren } from './entities/siren.ts'
export { chainedText, hashOf } from './journal/chain.ts'
export { proofOf, type JournalProof } from './journal/proof.ts'
export { proofView } from './journal/proof-view.ts'
export { journalEvent, journalEvents, type JournalEvent, type JournalSearch } from './journal/events.ts'
export * from './contracts/actes/index.ts'
export { webdavVolumeOn } from './volumes/webdav/client.ts'
export { howMany, upkeepConnector, valuesOf } from './contracts/upkeep/connector.ts'
export { csv, csvStream } from './contracts/upkeep/csv.ts'
// Connectors as an API of another shape shows them (plugins/pastell).
export { EVERY_FLOW } from './connectors/model.ts'
export { slotsOf, slotsUnder } from './connectors/associations.ts'
export {
  chosenFile,
  givenBack,
  laterFields,
  pollsLeft,
  simulateTrouble,
  simulationCheck,
  simulationFields,
} from './contracts/simulation.ts'
// Pages that open without a session (plugins/mailsec).
export type { PublicAnswer, PublicPages, PublicRequest } from './http/public/pages.ts'
export type { Signalled, Signals } from './documents/signals.ts'
export { hashPassword, LONGEST_PASSWORD, passwordMatches } from './access/passwords.ts'
export { problemOf } from './engine/values.ts'
export { disposition, sendFile } from './http/download.ts'
// Lists of recipients, and the address book that completes them.
export {
  distinctPeople,
  readMailList,
  writtenAddress,
  type Addressee,
  type ListEntry,
  type NamedGroup,
} from './contacts/mail-list.ts'
export type { Contacts, Expanded } from './contacts/recipients.ts'
