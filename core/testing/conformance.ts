/** `#core/conformance`: what every connector of a family owes the hub, as tests to run on it. */
export * from './conformance-ged.ts'
export * from './conformance-signature.ts'
