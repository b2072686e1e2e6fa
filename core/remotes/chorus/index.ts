/** The client of Chorus Pro (chorus-pro.md), shared by the connectors that speak to it. */
export { collectInvoices, collectedSentence, type Collected } from './collect.ts'
export { chorusPortal } from './portal.ts'
export { searchReceived, searchWorks } from './search.ts'
export { importFields, passwordExpiryField, pisteFields, RELEVE_INTERDITE } from './settings.ts'
export { serviceNamed, servicesOf, structureOf } from './structures.ts'
export { chorusWire, type ChorusWire } from './wire.ts'
