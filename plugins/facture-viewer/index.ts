import { definePlugin } from '#core'
import { factureViewer, facturxViewer } from './viewer.ts'

/** Lets people read an electronic invoice, whatever its format, without any other software. */
export default definePlugin({ id: 'facture-viewer', version: 1, viewers: [factureViewer, facturxViewer] })
