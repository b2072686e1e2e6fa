import { definePlugin } from '#core'
import { pastellCheck } from './catalogue/check.ts'
import { definitionImporter, definitionImportRoute } from './imports/definition/index.ts'
import { entityImporter } from './imports/entity/command.ts'
import { entityImportRoute } from './imports/entity/route.ts'
import { studioImporter, studioImportRoute } from './imports/studio/index.ts'
import { pastellLinks } from './links.ts'
import { pastellApi } from './mount.ts'
import { actionACote } from './steps/action-a-cote/index.ts'
import { actionManuelle } from './steps/action-manuelle/index.ts'

/** What lets software written for Pastell work by changing a URL. */
export default definePlugin({
  id: 'pastell',
  version: 1,
  steps: [actionManuelle, actionACote],
  mounts: [pastellApi, pastellLinks],
  checks: [pastellCheck],
  importers: [studioImporter, definitionImporter, entityImporter],
  routes: [studioImportRoute, definitionImportRoute, entityImportRoute],
})
