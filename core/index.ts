/**
 * `#core`: everything a plugin or a connector may use, and the only thing of the hub that it imports. Simulators and test
 * helpers are in `#core/testing`, conformance suites in `#core/conformance`.
 */
export * from './authoring/conditions.ts'
export * from './authoring/connectors.ts'
export type * from './authoring/context.ts'
export * from './authoring/durations.ts'
export * from './authoring/errors.ts'
export * from './authoring/fields.ts'
export * from './authoring/flows.ts'
export * from './authoring/plugins.ts'
export * from './authoring/schema.ts'
export * from './authoring/steps.ts'
export * from './authoring/values.ts'
export type * from './contracts/index.ts'
export type * from './connectors/http.ts'
export { displayOf } from './engine/values.ts'
export { toLatin1 } from './connectors/http-client-body.ts'
export { readClientCertificate, type ClientCertificate } from './connectors/http-client-tls.ts'
export { at, childrenOf, parseXml, type XmlElement } from './connectors/xml-element.ts'
