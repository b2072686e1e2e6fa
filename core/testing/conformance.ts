/** `#core/conformance`: what every connector of a family owes the hub, as tests to run on it. */
export * from './conformance-ged.ts'
export * from './conformance-signature.ts'
export * from './conformance-tdt-actes.ts'
export * from './conformance-files.ts'
export * from './conformance-seda.ts'
export * from './conformance-sae.ts'
